// People: names that may not be, kubeconfigs that end, rights, and shutting out, with a cluster that may be away.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { WorldError } from '#base';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { ensurePki, openPki } from '../pki.ts';
import { SITE, START, type TrialPki, trialPki } from '../site.fixture.ts';
import { type AskCluster, openGrants } from './grants.ts';
import { type AccessAct, openPeople, type People } from './people.ts';
import { openRevocations } from './revocations.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const refusedAs = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof WorldError && error.code === code && message.test(error.message);

/** Namespaces and role bindings, as the API has them. */
function cluster(namespaces: readonly string[]) {
  const bindings = new Map<string, { metadata: { namespace: string; name: string; labels: Record<string, string> } }>();
  const state = { away: false };
  const ask: AskCluster = async (method, path, body) => {
    if (state.away) throw new WorldError('Unavailable', 'away');
    const url = new URL(path, 'https://api');
    if (url.searchParams.has('labelSelector')) {
      const [key = '', value] = (url.searchParams.get('labelSelector') ?? '').split('=');
      const items = [...bindings.values()].filter(({ metadata: { labels } }) =>
        value === undefined ? key in labels : labels[key] === value,
      );
      return { status: 200, body: { items } };
    }
    if (path.startsWith('/api/v1/namespaces/'))
      return { status: namespaces.includes(path.split('/').at(-1) ?? '') ? 200 : 404, body: {} };
    if (method === 'POST') {
      const made = body as NonNullable<ReturnType<typeof bindings.get>>;
      const at = `${path}/${made.metadata.name}`;
      if (bindings.has(at)) return { status: 409, body: { message: 'exists' } };
      bindings.set(at, made);
      return { status: 201, body: made };
    }
    const found = bindings.get(path);
    if (method === 'DELETE') bindings.delete(path);
    return { status: found ? 200 : 404, body: found };
  };
  return { ask, state, bindings };
}

describe('people', () => {
  let trial: TrialPki;
  let people: People;
  let acts: AccessAct[];
  let here: ReturnType<typeof cluster>;
  const certificateIn = (kubeconfig: string): X509Certificate =>
    new X509Certificate(Buffer.from(/client-certificate-data: (\S+)/.exec(kubeconfig)?.[1] ?? '', 'base64'));
  const revocations = () => openRevocations({ file: trial.folders.usersFile, log: memoryLog() });
  const isRevoked = (kubeconfig: string): boolean => {
    const certificate = certificateIn(kubeconfig);
    const commonName = /CN=(.*)/.exec(certificate.subject)?.[1] ?? '';
    return revocations().isRevoked({ commonName, organizations: [], serialNumber: certificate.serialNumber });
  };
  beforeEach(async () => {
    trial = trialPki(testFolder('pki'));
    acts = [];
    here = cluster(['shop', 'lab']);
    await ensurePki({ site: SITE, folders: trial.folders, now: START });
    people = openPeople({
      site: SITE,
      folders: trial.folders,
      clock: trial.clock,
      grants: openGrants(here.ask),
      record: (act) => acts.push(act),
    });
  });
  afterEach(() => trial.remove());

  it('get a kubeconfig whose key is kept nowhere, for as long as was said', async () => {
    const { kubeconfig, notAfter } = await people.create('anna', 12 * HOUR);
    assert.equal(notAfter, '2026-11-21T12:00:00Z');
    const certificate = certificateIn(kubeconfig);
    assert.equal(certificate.subject, 'CN=anna');
    assert.ok(
      certificate.verify(new X509Certificate(openPki(trial.folders.pki).anchor('kubernetes-clients')).publicKey),
    );
    const key = Buffer.from(/client-key-data: (\S+)/.exec(kubeconfig)?.[1] ?? '', 'base64').toString();
    assert.match(key, /PRIVATE KEY/);
    for (const name of fs.readdirSync(trial.folders.data, { recursive: true, encoding: 'utf8' })) {
      const file = `${trial.folders.data}/${name}`;
      if (fs.statSync(file).isFile()) assert.ok(!fs.readFileSync(file, 'utf8').includes(key.trim()), name);
    }
    assert.equal(fs.statSync(trial.folders.usersFile).mode & 0o077, 0);
  });

  it('are not made with names that others have', async () => {
    const names = ['aseuser', 'kubernetes-admin', 'system:masters', 'system:node:a', 'hub:anna', 'holdfast:services'];
    for (const name of [...names, 'Anna', 'a_b', '-a', 'a..b', '', 'x'.repeat(64)])
      await assert.rejects(people.create(name, DAY), refusedAs('Invalid', /can be called/), name);
    await people.create('anna.maria-2', DAY);
    await assert.rejects(people.create('anna.maria-2', DAY), refusedAs('Conflict', /already/));
    for (const lifeMs of [HOUR - 1, 365 * DAY + 1, Number.NaN, -1])
      await assert.rejects(people.create('bert', lifeMs), refusedAs('Invalid', /1 hour to 365 days/));
  });

  it('are given so many kubeconfigs and no more', async () => {
    await people.create('anna', DAY);
    const file = trial.folders.usersFile;
    const users = JSON.parse(fs.readFileSync(file, 'utf8'));
    const [certificate] = users.users[0].certificates;
    users.users[0].certificates = Array(100).fill(certificate);
    fs.writeFileSync(file, JSON.stringify(users));
    await assert.rejects(people.kubeconfig('anna', DAY), refusedAs('Exhausted', /100 kubeconfigs/));
    users.users = Array.from({ length: 1000 }, (_, i) => ({ ...users.users[0], name: `a${i}` }));
    fs.writeFileSync(file, JSON.stringify(users));
    await assert.rejects(people.create('bert', DAY), refusedAs('Exhausted', /1000 users/));
  });

  it('have no rights until some are granted, in namespaces that are not of the system', async () => {
    await people.create('anna', DAY);
    assert.equal(here.bindings.size, 0);
    for (const namespace of [
      'kube-system',
      'default',
      'metallb-system',
      'dbe-namespace',
      'iotedge',
      'azure-arc',
      'a/b',
    ])
      await assert.rejects(
        people.grant('anna', { namespace, role: 'view' }),
        refusedAs('Invalid', /no rights/),
        namespace,
      );
    await assert.rejects(
      people.grant('anna', { namespace: 'none', role: 'view' }),
      refusedAs('NotFound', /no namespace/),
    );
    await assert.rejects(people.grant('bert', { namespace: 'shop', role: 'view' }), refusedAs('NotFound', /no user/));
    await people.grant('anna', { namespace: 'shop', role: 'view' });
    await people.grant('anna', { namespace: 'shop', role: 'edit' });
    await people.grant('anna', { namespace: 'lab', role: 'admin' });
    const [anna] = await people.list();
    assert.deepEqual(anna?.grants, [
      { namespace: 'shop', role: 'edit' },
      { namespace: 'lab', role: 'admin' },
    ]);
    await people.revoke('anna', 'shop');
    await assert.rejects(people.revoke('anna', 'shop'), refusedAs('NotFound', /no rights in shop/));
    assert.equal(revocations().isRevoked({ commonName: 'anna', organizations: [], serialNumber: '1' }), false);
  });

  it('are shut out by name while the cluster is away, and a namesake gets in with a new kubeconfig alone', async () => {
    const first = (await people.create('anna', DAY)).kubeconfig;
    const second = (await people.kubeconfig('anna', 2 * DAY)).kubeconfig;
    await people.grant('anna', { namespace: 'shop', role: 'admin' });
    here.state.away = true;
    assert.ok(!isRevoked(first) && !isRevoked(second));
    await people.revoke('anna');
    assert.ok(isRevoked(first) && isRevoked(second));
    await assert.rejects(people.kubeconfig('anna', DAY), refusedAs('Conflict', /taken back/));
    assert.equal((await people.list())[0]?.grants, null);
    await assert.rejects(people.delete('anna'), refusedAs('Unavailable', /away/));
    assert.ok(isRevoked(first), 'what could not be deleted is shut out');
    here.state.away = false;
    await people.delete('anna');
    assert.equal(here.bindings.size, 0);
    const third = (await people.create('anna', DAY)).kubeconfig;
    assert.deepEqual([first, second, third].map(isRevoked), [true, true, false]);
    assert.deepEqual(
      acts.map(({ act }) => act),
      ['created', 'kubeconfig-issued', 'granted', 'revoked', 'deleted', 'created'],
    );
  });

  it('who were shut out stay so when the record is damaged', async () => {
    await people.create('anna', DAY);
    await people.revoke('anna');
    const open = revocations();
    const anna = { commonName: 'anna', organizations: [], serialNumber: '1' };
    const admin = { commonName: 'kubernetes-admin', organizations: ['system:masters'], serialNumber: '2' };
    const bert = { ...anna, commonName: 'bert' };
    fs.writeFileSync(trial.folders.usersFile, '{"users":[');
    assert.equal(open.reload(), false);
    assert.deepEqual([anna, bert, admin].map(open.isRevoked), [true, false, false]);
    const fresh = revocations();
    assert.deepEqual([anna, bert, admin].map(fresh.isRevoked), [true, true, false], 'nobody but the site itself');
    await assert.rejects(people.create('bert', DAY), refusedAs('Corrupt', /not valid JSON/));
  });

  it('keep what shuts them out, whatever the clock says meanwhile', async () => {
    const { kubeconfig } = await people.create('anna', DAY);
    await people.delete('anna');
    trial.clock.jump(70 * 365 * DAY);
    await people.create('bert', DAY);
    trial.clock.jump(-70 * 365 * DAY);
    assert.ok(isRevoked(kubeconfig));
  });
});
