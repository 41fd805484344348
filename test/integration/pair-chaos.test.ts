// A site of two nodes under load, while nodes and processes are killed at random, wires cut, a node frozen, the witness lost: what was
// acknowledged is there, a watch misses nothing, one identity runs once, and the site is whole again after each.
//   HOLDFAST_CHAOS_SECONDS: how long (120) · HOLDFAST_CHAOS_SEED: which faults (1)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '#base';
import { LEDGER, writeLedgerImage } from './ledger.fixture.ts';
import {
  bringUpPair,
  endIfThere,
  type Network,
  NODES,
  type NodeName,
  pairSite,
  type VoterName,
} from './pair.fixture.ts';
import { CountingWriter, faultsFound, ResumingWatcher, type Version, versionNow } from './pair-load.fixture.ts';
import { eventually } from './site.fixture.ts';

const SECONDS = Number(process.env.HOLDFAST_CHAOS_SECONDS ?? 120);
const SEED = Number(process.env.HOLDFAST_CHAOS_SEED ?? 1);
/** How long a fault lasts: shorter and longer than a lease of a node (6 s). */
const LASTS_MS = { min: 1_000, below: 14_000 } as const;
/** Above the number of processes of a node. */
const PLACES = 1_000;
const KEYS = 5;
const site = pairSite('chaos');

interface Fault {
  readonly what: string;
  begin(): Promise<void>;
  end(): Promise<void>;
}

const cutOff = (voter: VoterName, network: Network): Fault => ({
  what: `${voter} without ${network}`,
  begin: () => site.cut(voter, network),
  end: () => site.mend(voter, network),
});
const killed = (voter: VoterName): Fault => ({
  what: `${voter} killed`,
  begin: () => site.killNode(voter),
  end: () => site.boot(voter),
});
const frozen = (node: NodeName): Fault => ({
  what: `${node} frozen`,
  begin: async () => site.freeze(node),
  end: async () => site.thaw(node),
});
/** One process of a voter, by its place among those that run there. */
const processKilled = (voter: VoterName, at: number): Fault => ({
  what: `process ${at} of ${voter} killed`,
  begin: async () => {
    const running = (await site.status()).processes.filter(({ node }) => node === voter);
    const chosen = running.sort((a, b) => a.name.localeCompare(b.name))[at % running.length];
    console.log(`  ${chosen?.name} of ${voter} is killed`);
    if (chosen) endIfThere(chosen.pid);
  },
  end: async () => undefined,
});

/** Chosen by the seed alone: every kind once in each round, in another order. */
function* faults(): Generator<Fault & { lastsMs: number }> {
  const random = seededRandom(SEED);
  const node = (): NodeName => NODES[random.below(NODES.length)] ?? 'node-a';
  for (;;) {
    const round = [
      killed(node()),
      killed('witness'),
      cutOff(node(), 'access'),
      cutOff(node(), 'storage'),
      cutOff('witness', 'access'),
      frozen(node()),
      processKilled(node(), random.below(PLACES)),
      processKilled(node(), random.below(PLACES)),
      processKilled('witness', random.below(PLACES)),
    ];
    while (round.length > 0) {
      const [fault] = round.splice(random.below(round.length), 1);
      if (fault) yield { ...fault, lastsMs: LASTS_MS.min + random.below(LASTS_MS.below) };
    }
  }
}

/** Numbers in the book of the ledger, as its pod reads them once it is there. */
const book = (): Promise<readonly number[]> =>
  eventually('the book is read', async () => {
    const text = await site.kubectl('exec', 'ledger-0', '--', '/bin/busybox', 'cat', '/data/book');
    return text.trim().split('\n').map(Number);
  });

/** Each number once and in order, and none of those gone that were read before. */
async function bookIsRight(readBefore: number): Promise<number> {
  const grown = await eventually('the book is written', async () => {
    const numbers = await book();
    return numbers.length > readBefore && numbers;
  });
  assert.deepEqual(
    grown,
    grown.map((_, index) => index + 1),
  );
  return grown.length;
}

before(async () => {
  await bringUpPair(site);
  const archive = path.join(path.dirname(site.data), 'locker.tar');
  await writeLedgerImage(archive);
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 0, imported.stderr);
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input: LEDGER });
  assert.equal(code, 0, stderr);
  await site.whole();
});
after(() => site.destroy());

test('the checkers find what is wrong', () => {
  const version = (value: number, resourceVersion: number, key = 'k'): Version => ({ key, value, resourceVersion });
  const [one, two, three] = [version(1, 10), version(2, 11), version(3, 12)];
  const right = { acknowledged: [one, three], seen: [one, two, three], final: [three] };
  assert.deepEqual(faultsFound(right), []);
  for (const [given, said] of [
    [{ ...right, seen: [two, three] }, /acknowledged, not seen: k 1 at 10/],
    [{ ...right, seen: [one, two, two, three] }, /seen twice or out of order: k 2 at 11/],
    [{ ...right, seen: [one, three, two] }, /out of order: k 2 at 11/],
    [{ ...right, seen: [one, two, three, version(2, 13)], final: [version(2, 13)] }, /went back from 3: k 2 at 13/],
    [{ ...right, final: [two] }, /at the end, not seen last: k 2 at 11/],
    [{ ...right, final: [] }, /gone at the end: k/],
  ] as const)
    assert.match(faultsFound(given).join('\n'), said);
});

test(`${SECONDS} s of faults by seed ${SEED}, under load`, { timeout: (SECONDS + 900) * 1_000 }, async () => {
  const kubeconfig = fs.readFileSync(site.kubeconfig, 'utf8');
  const watcher = new ResumingWatcher(kubeconfig, await versionNow(kubeconfig));
  const writer = new CountingWriter(kubeconfig, KEYS);
  const until = performance.now() + SECONDS * 1_000;
  let read = await bookIsRight(0);
  let count = 0;
  for (const fault of faults()) {
    if (performance.now() >= until) break;
    count += 1;
    console.log(`seed ${SEED}, fault ${count}: ${fault.what} for ${fault.lastsMs} ms`);
    const writtenBefore = writer.acknowledged.length;
    await fault.begin();
    try {
      await sleep(fault.lastsMs);
    } finally {
      await fault.end();
    }
    await site.whole();
    await eventually('writes go on', async () => writer.acknowledged.length > writtenBefore);
    read = await bookIsRight(read);
  }
  const final = await writer.stop();
  const newest = Math.max(...final.map(({ resourceVersion }) => resourceVersion));
  await eventually(
    'the watch has seen the end',
    async () => watcher.lost ?? watcher.seen.at(-1)?.resourceVersion === newest,
  );
  watcher.stop();
  console.log(
    `seed ${SEED}: ${count} faults, ${writer.acknowledged.length} writes acknowledged, ${watcher.seen.length} seen by a watch that resumed ${watcher.resumed} times, book up to ${read}`,
  );
  assert.equal(watcher.lost, undefined);
  assert.deepEqual(faultsFound({ acknowledged: writer.acknowledged, seen: watcher.seen, final }), []);
  assert.equal(final.length, KEYS);
});
