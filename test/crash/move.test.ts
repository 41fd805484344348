// A writer whose store moves between SQLite and etcd all the time, killed at random moments, with etcd or without: each life finds the store
// where the moves of earlier ones have left it, and nothing that was acknowledged is lost.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '#base';
import { startEtcd } from '#platform/etcd';
import { testFolder } from '#platform/process';
import { Acks } from './acks.ts';
import { bundleWorkload } from './bundle.ts';
import { live, someTurns } from './life.fixture.ts';
import { openEither } from './workload.ts';

const LIVES = Math.ceil(Number(process.env.HOLDFAST_CRASH_KILLS ?? 200) / 10);
const SEED = Number(process.env.HOLDFAST_CRASH_SEED ?? 1);
const ACKS_BEFORE_KILL_MAX = 300;

test(`a writer whose store moves to and fro is killed ${LIVES} times and loses nothing`, async (t) => {
  const home = testFolder('move');
  const etcd = await startEtcd();
  t.after(async () => {
    await etcd.stop();
    fs.rmSync(home, { recursive: true });
  });
  const bundle = await bundleWorkload(home);
  const random = seededRandom(SEED);
  const acks = new Acks();
  const sqlite = { folder: path.join(home, 'store'), reservedBytes: 65_536, historyEvents: 200 };
  const prefix = `/move/${randomUUID()}`;
  const places = () => ({
    sqlite,
    etcd: { endpoints: [etcd.endpoint], prefix, identity: randomUUID(), timeoutMs: 2_000, historyEvents: 200 },
  });
  const found = { sqlite: 0, etcd: 0 };
  for (let i = 0; i < LIVES; i++) {
    const life = live(acks, bundle, SEED * 1000 + i, places());
    await life.acknowledged(1 + random.below(ACKS_BEFORE_KILL_MAX));
    await someTurns(random.below(200));
    if (random.below(4) === 0) await Promise.all([etcd.crash(), life.end()]);
    else await life.end();
    const { store, isInEtcd } = await openEither(places());
    found[isInEtcd ? 'etcd' : 'sqlite']++;
    const wrong = acks.judge(store);
    await store.close();
    assert.equal(wrong, undefined, `seed ${SEED}, life ${i}`);
  }
  t.diagnostic(`found in SQLite ${found.sqlite} times, in etcd ${found.etcd} times`);
  assert.ok(found.sqlite > 0 && found.etcd > 0, JSON.stringify(found));
});
