// Processes that are killed: the one that writes, at random moments, hundreds of times on one log; and etcd under it.
// A killed process loses nothing that the kernel has, so this proves the order of writing and answering, the recovery,
// and for etcd the guards; what a power cut leaves is the subject of states.test.ts.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type Random, seededRandom } from '#base';
import { type EtcdServer, startEtcd } from '#platform/etcd';
import { testFolder } from '#platform/process';
import { openEtcdStore, openRowLogStore, type Store } from '#store';
import { Acks } from './acks.ts';
import { type Bundle, bundleWorkload } from './bundle.ts';
import { type Life, live, someTurns } from './life.fixture.ts';

const KILLS = Number(process.env.HOLDFAST_CRASH_KILLS ?? 200);
/** A life on etcd costs about twice as much. */
const ETCD_LIVES = Math.ceil(KILLS / 2);
const SEED = Number(process.env.HOLDFAST_CRASH_SEED ?? 1);
const ACKS_BEFORE_KILL_MAX = 150;
const VICTIMS = ['the writer', 'etcd, then the writer', 'both'] as const;

let bundleFolder: string;
let bundle: Bundle;
before(async () => {
  bundleFolder = testFolder('kill');
  bundle = await bundleWorkload(bundleFolder);
});
after(() => fs.rmSync(bundleFolder, { recursive: true }));

async function judge(acks: Acks, store: Store, note: string): Promise<void> {
  const wrong = acks.judge(store);
  await store.close();
  assert.equal(wrong, undefined, note);
}

async function killSqlite(seed: number, kills: number): Promise<void> {
  const home = testFolder('kill');
  const folder = path.join(home, 'store');
  const copy = path.join(home, 'copy');
  const random = seededRandom(seed);
  const acks = new Acks();
  try {
    for (let i = 0; i < kills; i++) {
      const life = live(acks, bundle, seed * 1000 + i, {
        folder,
        reservedBytes: 65_536,
        checkpointBytes: 300_000,
        historyEvents: 100,
      });
      await life.acknowledged(random.below(ACKS_BEFORE_KILL_MAX));
      await someTurns(random.below(20));
      await life.end();
      // A copy is judged; the next life finds what the kill left.
      fs.rmSync(copy, { recursive: true, force: true });
      fs.cpSync(folder, copy, { recursive: true });
      const note = `seed ${seed}, kill ${i}`;
      await judge(acks, await openRowLogStore({ folder: copy, reservedBytes: 0, index: () => null }), note);
    }
  } finally {
    fs.rmSync(home, { recursive: true });
  }
}

test(`sqlite: the writer is killed ${KILLS} times and loses nothing`, async () => {
  const half = Math.ceil(KILLS / 2);
  await Promise.all([killSqlite(SEED * 10, half), killSqlite(SEED * 10 + 1, KILLS - half)]);
});

/** Kills only the writer, only etcd while the writer lives on, or both at once, in an order drawn from `random`. */
async function endLife(life: Life, etcd: EtcdServer, random: Random): Promise<number> {
  await life.acknowledged(random.below(ACKS_BEFORE_KILL_MAX));
  await someTurns(random.below(20));
  const victims = VICTIMS[random.below(VICTIMS.length)];
  if (victims === 'etcd, then the writer') {
    await etcd.crash();
    await life.moreAcknowledged(1 + random.below(ACKS_BEFORE_KILL_MAX));
    await someTurns(random.below(20));
  }
  if (victims === 'both') await Promise.all([etcd.crash(), life.end()]);
  else await life.end();
  return victims === 'the writer' ? 0 : 1;
}

async function killEtcd(seed: number, lives: number): Promise<number> {
  const etcd = await startEtcd();
  const random = seededRandom(seed);
  const acks = new Acks();
  const options = { endpoints: [etcd.endpoint], prefix: `/kill/${randomUUID()}`, historyEvents: 200, timeoutMs: 2_000 };
  let crashes = 0;
  try {
    for (let i = 0; i < lives; i++) {
      const life = live(acks, bundle, seed * 1000 + i, { ...options, identity: randomUUID() });
      crashes += await endLife(life, etcd, random);
      const store = await openEtcdStore({ ...options, identity: randomUUID(), index: () => null });
      await judge(acks, store, `seed ${seed}, life ${i}`);
    }
    return crashes;
  } finally {
    await etcd.stop();
  }
}

test(`etcd: the writer is killed ${ETCD_LIVES} times, etcd itself besides, and nothing is lost`, async (t) => {
  const half = Math.ceil(ETCD_LIVES / 2);
  const crashes = await Promise.all([killEtcd(SEED * 10, half), killEtcd(SEED * 10 + 1, ETCD_LIVES - half)]);
  const killed = crashes.reduce((sum, one) => sum + one, 0);
  t.diagnostic(`etcd was killed ${killed} times`);
  assert.ok(killed >= ETCD_LIVES / 3, `${killed}`);
});
