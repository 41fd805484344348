// The key that seals, replaced on disk and in a real store: made, announced, sealing, dropped, each only once the other node is as far,
// and ended in the middle of everything.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { planPair } from '#model/site';
import { systemClock } from '#platform/clock';
import { type EtcdServer, startEtcd } from '#platform/etcd';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { openEtcdStore } from '#store';
import { CERTIFICATE_CHECK_MS, ROLLOVER_CHECK_MS } from '../limits.ts';
import { listCertificates } from '../list-certificates.ts';
import { ensurePki } from '../pki.ts';
import { SITE, START, type TrialPki, trialPki } from '../site.fixture.ts';
import { keepResealed, readResealProgress } from './keep-resealed.ts';
import { siteSealing, siteSealKeys } from './site-sealing.ts';

const site = { ...SITE, pair: planPair('10.50.0.0/24', (voter) => `/data/${voter}`) };
let server: EtcdServer;
let trial: TrialPki;
before(async () => {
  server = await startEtcd();
  trial = trialPki(testFolder('sealing'), site);
  await ensurePki({ site, folders: trial.folders, now: START });
});
after(async () => {
  await server.stop();
  trial.remove();
});

const names = (): string[] =>
  listCertificates({ site, folders: trial.folders, now: START, users: { version: 1, users: [], gone: [] } })
    .map(({ name }) => name)
    .filter((name) => name.startsWith('sealing'));
const ids = (): number[] => siteSealKeys(trial.folders)().map(({ id }) => id);

async function until(what: string, holds: () => boolean): Promise<void> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > 60_000) throw new Error(`${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a pair has keys that seal from its first start, for the owner only, and a site of one node has none', async () => {
  assert.deepEqual([ids(), names()], [[1], ['sealing']]);
  for (const file of ['sealing.json', 'witness-key.json'])
    assert.equal(fs.statSync(`${trial.folders.pki}/${file}`).mode & 0o777, 0o600);
  const alone = trialPki(testFolder('sealing'));
  await ensurePki({ site: SITE, folders: alone.folders, now: START });
  assert.equal(fs.existsSync(`${alone.folders.pki}/sealing.json`), false);
  alone.remove();
});

test('a new key seals once the other node knows it, existing secrets are sealed anew, and only then the old one is dropped', async () => {
  const { folders, clock } = trial;
  const store = await openEtcdStore<string>({
    ...{ endpoints: [server.endpoint], prefix: '/test/sealing', identity: 'one', index: () => '' },
    sealing: siteSealing(folders),
  });
  const put = (key: string): Promise<unknown> =>
    store.write(key, () => ({ kind: 'put', encode: () => Buffer.from(`content of ${key}`) }));
  for (let i = 0; i < 120; i++) await put(`/core/secrets/default/${i}`);
  await put('/core/configmaps/default/a');
  const { revision } = store;
  const progress = `${folders.run}/resealed.json`;
  const elsewhere = { is: false };
  trial.pair = {
    etcdIsEverywhere: () => true,
    sealing: {
      isEverywhere: () => elsewhere.is,
      left: (key) => {
        const known = readResealProgress(progress);
        return known?.key === key ? known.left : undefined;
      },
    },
  };
  const keeper = trial.keeper();
  await keeper.check();
  const told = await keeper.renew({ name: 'sealing', hurry: false, finish: false });
  assert.match(told[0]?.what ?? '', /key 2 is made/);
  await assert.rejects(keeper.renew({ name: 'sealing', hurry: false, finish: false }), { code: 'Conflict' });
  await assert.rejects(keeper.renew({ name: 'sealing', hurry: false, finish: true }), { code: 'Invalid' });
  assert.deepEqual(
    [ids(), names()],
    [
      [1, 2],
      ['sealing', 'sealing/2'],
    ],
  );
  await clock.advance(CERTIFICATE_CHECK_MS);
  await keeper.check();
  assert.deepEqual(ids(), [1, 2], 'the other node does not know it');
  elsewhere.is = true;
  await keeper.check();
  for (let i = 0; i < 4; i++) {
    await clock.advance(ROLLOVER_CHECK_MS);
    await keeper.check();
  }
  assert.deepEqual(ids(), [2, 1], 'it seals');
  await clock.advance(CERTIFICATE_CHECK_MS);
  await keeper.check();
  assert.deepEqual(ids(), [2, 1], 'how much is left is not known');
  keeper.close();

  const resealing = { store, file: progress, clock: systemClock, log: memoryLog() };
  const first = keepResealed(resealing);
  await until('some are sealed anew', () => readResealProgress(progress) !== undefined);
  first.close();
  const second = trial.keeper();
  await second.check();
  const again = keepResealed(resealing);
  await until('all are sealed anew', () => readResealProgress(progress)?.left === 0);
  again.close();
  await second.check();
  assert.deepEqual([ids(), names()], [[2], ['sealing']], 'the old key is gone');
  second.close();
  assert.equal(store.revision, revision, 'no object was written');
  await store.close();

  const reader = await openEtcdStore<string>({
    ...{ endpoints: [server.endpoint], prefix: '/test/sealing', identity: 'two', index: () => '' },
    sealing: siteSealing(folders),
  });
  const text = (key: string): string => Buffer.from(reader.get(key)?.bytes ?? []).toString();
  for (const i of [0, 60, 119])
    assert.equal(text(`/core/secrets/default/${i}`), `content of /core/secrets/default/${i}`);
  await reader.close();
});

test('a key is replaced by itself long before it has sealed too much', async () => {
  const keeper = trial.keeper();
  await keeper.check();
  assert.deepEqual(ids(), [2]);
  await trial.clock.advance(250 * 86_400_000);
  await keeper.check();
  assert.deepEqual(ids(), [2, 3]);
  keeper.close();
});
