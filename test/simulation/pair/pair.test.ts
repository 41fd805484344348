// A slice of what `npm run sim -- --pair` does, and the lives in which something was found once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULTS } from './faults.ts';
import { runPairSeed } from './run.ts';
import { NAMED_SEEDS } from './seeds.ts';

const SLICE = 200;

for (const { seed, found } of NAMED_SEEDS)
  test(`seed ${seed} stays well: ${found}`, async () => {
    assert.equal((await runPairSeed({ seed })).failure, undefined);
  });

test('lives of a pair, and every kind of thing happens in them', async () => {
  const seen: Record<string, number> = {};
  for (let seed = 1; seed <= SLICE; seed++) {
    const { failure, observations } = await runPairSeed({ seed });
    assert.equal(failure, undefined);
    for (const [kind, count] of Object.entries(observations)) seen[kind] = (seen[kind] ?? 0) + count;
  }
  for (const kind of [...Object.keys(FAULTS), ...HAPPENS]) assert.ok(seen[kind], `${kind} is seen in some life`);
});

test('the same seed is the same life', async () => {
  assert.deepEqual(await runPairSeed({ seed: 7 }), await runPairSeed({ seed: 7 }));
});

const HAPPENS = [
  'answered',
  'watched',
  'wrote',
  'killed',
  'elections',
  ...['member', 'killing', 'holding', 'out'].map((phase) => `became ${phase}`),
  ...['taking', 'controlling', 'stopping', 'following'].map((phase) => `became ${phase}`),
  ...['present', 'awaited', 'lost', 'fencing', 'fenced', 'returning'].map((phase) => `became ${phase}`),
];
