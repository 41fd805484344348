// A slice of what `npm run sim` does, and the lives in which something was found once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from './run.ts';
import { NAMED_SEEDS } from './seeds.ts';

const YEARS = 5;
/** The first ones, and one in which an operator takes back what he mistyped. */
const SLICE = [1, 2, 3, 4, 5, 6, 8, 9, 10, 31];

for (const { seed, found } of NAMED_SEEDS)
  test(`seed ${seed} stays well: ${found}`, () => assert.equal(runSeed({ seed, years: YEARS }).failure, undefined));

test('lives of five years, and every kind of thing happens in them', () => {
  const seen: Record<string, number> = {};
  for (const seed of SLICE) {
    const { failure, observations } = runSeed({ seed, years: YEARS });
    assert.equal(failure, undefined);
    for (const [kind, count] of Object.entries(observations)) seen[kind] = (seen[kind] ?? 0) + count;
  }
  const kinds = [
    'took',
    'dialled',
    'kept',
    'cron',
    'node',
    'system-set',
    'applying',
    'taken-away',
    'changed-here',
    'sampled',
    'undone',
    'booted',
    'started',
    'replanned',
    'issued',
    'rolled',
    'contact',
    'expired',
    'pending',
  ];
  for (const kind of [...kinds, 'identity', 'refused']) assert.ok(seen[kind], `${kind} is seen in some life`);
});

test('the same seed is the same life', () => {
  assert.deepEqual(runSeed({ seed: 7, years: 2 }), runSeed({ seed: 7, years: 2 }));
});
