// The authority of etcd on a site of two nodes: the next one signs, and the old one goes, only when every voter is as far. Otherwise a voter
// would be shut out of what brings it there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { planPair } from '#model/site';
import { testFolder } from '#platform/process';
import type { CertificateKeeper } from './keep-certificates.ts';
import { CERTIFICATE_CHECK_MS, ROLLOVER_CHECK_MS } from './limits.ts';
import { ensurePki, openPki } from './pki.ts';
import { SITE, START, type TrialPki, trialPki } from './site.fixture.ts';

const site = { ...SITE, pair: planPair('10.50.0.0/24', (voter) => `/data/${voter}`) };
let trial: TrialPki;
let keeper: CertificateKeeper;
const voters = { asFar: false };
before(async () => {
  trial = trialPki(testFolder('voters'), site);
  await ensurePki({ site, folders: trial.folders, now: START });
  trial.pair = {
    etcdIsEverywhere: () => voters.asFar,
    sealing: { isEverywhere: () => true, left: () => 0 },
  };
  keeper = trial.keeper();
  await keeper.check();
});
after(() => {
  keeper.close();
  trial.remove();
});

const trusted = (): number => openPki(trial.folders.pki).anchor('etcd').match(/BEGIN/g)?.length ?? 0;
const leaf = (): string => openPki(trial.folders.pki).leaf('etcd-node-b').certPem;
const pass = async (ms: number): Promise<void> => {
  await trial.clock.advance(ms);
  await keeper.check();
};

test('however long a voter is away, the next authority of etcd does not sign before it trusts it', async () => {
  const first = leaf();
  await keeper.renew({ name: 'etcd', hurry: true, finish: false });
  for (let i = 0; i < 5; i++) await pass(CERTIFICATE_CHECK_MS);
  assert.deepEqual([trusted(), leaf()], [2, first]);
  voters.asFar = true;
  await keeper.check();
  assert.equal(leaf(), first, 'and not at once: the time counts from now');
  for (let i = 0; i < 4; i++) await pass(ROLLOVER_CHECK_MS);
  assert.notEqual(leaf(), first);
});

test('the old one is not dropped while a voter does not show the new one, also not by hand', async () => {
  voters.asFar = false;
  await assert.rejects(keeper.renew({ name: 'etcd', hurry: false, finish: true }), {
    code: 'Conflict',
    message: /shut out/,
  });
  for (let i = 0; i < 3; i++) await pass(60 * 86_400_000);
  assert.equal(trusted(), 2);
  voters.asFar = true;
  await keeper.renew({ name: 'etcd', hurry: false, finish: true });
  assert.equal(trusted(), 1);
});
