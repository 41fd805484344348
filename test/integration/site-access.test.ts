// People and certificates of a real site, with the real kubectl: rights that are granted and taken back, a person who is shut out while
// a watch runs, and everything renewed under a steady load without a request lost or a process restarted.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '#platform/clock';
import { type Http2Client, http2Client } from '#platform/http';
import { bringUp, eventually, KUBECTL, ran, testSite } from './site.fixture.ts';

/** How long a revocation may take. */
const REVOKED_WITHIN_MS = 5_000;
const ROLLED = ['root', 'kubernetes-clients', 'kubernetes-servers', 'node-clients', 'front-doors', 'service-accounts'];

interface Listed {
  readonly name: string;
  readonly holder: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly renewsAt: string | null;
  readonly fingerprint: string;
}

describe('people and certificates of a site', () => {
  const site = testSite('access');
  const children = new Set<ChildProcess>();
  const kubeconfigOf = (name: string): string => path.join(path.dirname(site.data), `${name}.kubeconfig`);
  const as = (name: string, ...args: string[]) => ran(KUBECTL, [`--kubeconfig=${kubeconfigOf(name)}`, ...args]);
  const holdfast = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await site.holdfast(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const create = async (name: string): Promise<void> =>
    fs.writeFileSync(kubeconfigOf(name), await holdfast('user', 'create', name, '--hours', '2'));
  const certificates = async (): Promise<readonly Listed[]> =>
    (JSON.parse(await holdfast('certificates', 'list', '--json')) as { certificates: Listed[] }).certificates;

  before(async () => {
    await bringUp(site, '--runtime', 'simulated');
    await site.kubectl('create', 'namespace', 'shop');
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await site.destroy();
  });

  it('a person has the rights that were granted, where they were granted, until they are taken back', async () => {
    await create('anna');
    assert.match((await as('anna', 'get', 'pods', '-n', 'shop')).stderr, /Forbidden.*User "anna" cannot list/);
    await holdfast('user', 'grant', 'anna', '--namespace', 'shop', '--role', 'edit');
    assert.equal((await as('anna', 'create', 'configmap', 'hers', '-n', 'shop')).code, 0);
    for (const elsewhere of [['-n', 'default'], ['-n', 'kube-system'], ['-A']])
      assert.match((await as('anna', 'get', 'configmaps', ...elsewhere)).stderr, /Forbidden/, elsewhere.join(' '));
    assert.match(await site.kubectl('get', 'rolebindings', '-n', 'shop', '-o', 'wide'), /holdfast-user-anna .*anna/);
    const { users } = JSON.parse(await holdfast('user', 'list', '--json'));
    assert.deepEqual(users[0].grants, [{ namespace: 'shop', role: 'edit' }]);
    await holdfast('user', 'revoke', 'anna', '--namespace', 'shop');
    assert.match((await as('anna', 'get', 'configmaps', '-n', 'shop')).stderr, /Forbidden/);
  });

  it('what may not be is refused with its cure', async () => {
    const refusals: [string[], number, RegExp][] = [
      [['user', 'create', 'aseuser'], 2, /is a reserved name/],
      [['user', 'create', 'hub:anna'], 2, /begin with "hub:" are reserved/],
      [['user', 'create', 'anna'], 6, /another kubeconfig.*kubeconfig --user anna/],
      [['user', 'grant', 'anna', '--namespace', 'kube-system'], 2, /system's own namespaces/],
      [['user', 'grant', 'anna', '--namespace', 'none'], 5, /kubectl create namespace none/],
      [['user', 'revoke', 'nobody'], 5, /no user nobody/],
      [['user', 'create', 'bert', '--days', '366'], 2, /from 1 to 365/],
      [['certificates', 'renew', 'none'], 5, /has no certificate none/],
      [['kubeconfig', '--user', 'anna', '--path'], 2, /kept nowhere/],
    ];
    for (const [args, code, words] of refusals) {
      const refused = await site.holdfast(...args);
      assert.deepEqual([refused.code, refused.stdout], [code, ''], args.join(' '));
      assert.match(refused.stderr, words);
    }
  });

  it('a person is shut out within seconds, and the watch that runs ends', async () => {
    await create('bert');
    await holdfast('user', 'grant', 'bert', '--namespace', 'shop');
    const watch = spawn(KUBECTL, [`--kubeconfig=${kubeconfigOf('bert')}`, 'get', 'configmaps', '-n', 'shop', '-w']);
    children.add(watch);
    const ended = once(watch, 'exit');
    await once(watch.stdout, 'data');
    const began = Date.now();
    await holdfast('user', 'revoke', 'bert');
    await ended;
    assert.match((await as('bert', 'get', 'configmaps', '-n', 'shop')).stderr, /Unauthorized/);
    assert.ok(Date.now() - began < REVOKED_WITHIN_MS, `it took ${Date.now() - began} ms`);
    assert.equal((await site.holdfast('kubeconfig', '--user', 'bert')).code, 6);
    await holdfast('user', 'delete', 'bert');
    assert.equal(await site.kubectl('get', 'rolebindings', '-n', 'shop', '-o', 'name'), '');
    await create('bert');
    assert.match(
      (await as('bert', 'get', 'configmaps', '-n', 'shop')).stderr,
      /Forbidden/,
      'a namesake, without rights',
    );
  });

  it('whoever is at the site gets in when every kubeconfig is lost', async () => {
    fs.rmSync(kubeconfigOf('anna'));
    fs.writeFileSync(kubeconfigOf('again'), await holdfast('kubeconfig'));
    assert.equal((await as('again', 'get', 'nodes')).code, 0);
    fs.writeFileSync(kubeconfigOf('anna'), await holdfast('kubeconfig', '--user', 'anna', '--hours', '1'));
    assert.match((await as('anna', 'auth', 'can-i', 'get', 'pods', '-n', 'shop')).stdout, /^no/);
  });

  it('every certificate is listed, and nobody else may read the keys', async () => {
    const listed = await certificates();
    const now = Date.now();
    for (const { name, notBefore, notAfter, renewsAt, issuer, holder, fingerprint } of listed) {
      assert.ok(Date.parse(notBefore) < now && Date.parse(notAfter) > now, name);
      if (renewsAt !== null) assert.ok(Date.parse(renewsAt) > now && renewsAt < notAfter, name);
      assert.ok(issuer !== '' && holder !== '', name);
      assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    }
    const names = listed.map(({ name }) => name);
    for (const name of ['root', 'kubernetes-clients', 'apiserver', 'admin', 'doors', 'user/anna'])
      assert.ok(names.includes(name), name);
    const pki = path.join(site.data, 'pki');
    for (const name of fs.readdirSync(pki, { recursive: true, encoding: 'utf8' }))
      assert.equal(fs.statSync(path.join(pki, name)).mode & 0o077, 0, name);
  });

  it('everything is renewed and every authority replaced under load, and nothing is lost', async () => {
    await holdfast('user', 'grant', 'anna', '--namespace', 'shop');
    const before = await site.status();
    const load = await steadyLoad(site.data, kubeconfigOf('again'));
    const fingerprints = new Set((await certificates()).map(({ fingerprint }) => fingerprint));
    await holdfast('certificates', 'renew');
    for (const name of ROLLED) await holdfast('certificates', 'renew', name, '--hurry');
    await eventually('every authority is replaced', async () => {
      const old = (await certificates()).filter(({ name }) => name.endsWith('/1'));
      const stillSigns = (await certificates()).filter(
        ({ issuer, name }) => name === 'doors' && !issuer.endsWith(' 2'),
      );
      return old.length === ROLLED.length - 1 && stillSigns.length === 0;
    });
    const seen = load.asked();
    await eventually('the load goes on', async () => load.asked() > seen + 200);
    for (const { name, fingerprint } of await certificates())
      if (!name.startsWith('user/') && !name.endsWith('/1') && name !== 'etcd')
        assert.ok(!fingerprints.has(fingerprint), `${name} is another one`);
    for (const who of ['anna', 'again'])
      assert.equal((await as(who, 'get', 'configmaps', '-n', 'shop')).code, 0, `${who} holds what is old`);
    const { failures, written, watched } = await load.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual(watched, written, 'every change was seen, in order');
    const pids = ({ processes }: typeof before) => processes.map(({ name, pid }) => `${name} ${pid}`).sort();
    assert.deepEqual(pids(await site.status()), pids(before), 'no process was restarted');
  });
});

interface Load {
  /** Questions answered so far. */
  asked(): number;
  stop(): Promise<{ failures: string[]; written: string[]; watched: string[] }>;
}

/** Asks every door without a pause, over connections that are kept and over new ones, and watches what it writes. */
async function steadyLoad(data: string, kubeconfigFile: string): Promise<Load> {
  const kubeconfig = fs.readFileSync(kubeconfigFile, 'utf8');
  const part = (name: string): string =>
    Buffer.from(new RegExp(`${name}: (\\S+)`).exec(kubeconfig)?.[1] ?? '', 'base64').toString();
  const origin = /server: (\S+)/.exec(kubeconfig)?.[1] ?? '';
  const tls = {
    caPem: part('certificate-authority-data'),
    certPem: part('client-certificate-data'),
    keyPem: part('client-key-data'),
  };
  const outside = { ca: tls.caPem, cert: tls.certPem, key: tls.keyPem };
  const doorsCa = fs.readFileSync(`${data}/pki/front-doors/anchor.crt`, 'utf8');
  const { network, ports } = JSON.parse(fs.readFileSync(`${data}/site.json`, 'utf8'));
  const failures: string[] = [];
  const written: string[] = [];
  const watched: string[] = [];
  let asked = 0;
  let going = true;
  const kept = http2Client({ origin, clock: systemClock, tls });
  const watch = await followChanges(kept, watched);
  const ask = async (client: Http2Client, request: Parameters<Http2Client['request']>[0]): Promise<void> => {
    const { status, body } = await client.request(request);
    if (status >= 300) failures.push(`${request.method} ${request.path}: ${status} ${body.toString().slice(0, 200)}`);
    asked++;
  };
  const again = async (what: string, act: () => Promise<void>): Promise<void> => {
    while (going) await act().catch((error) => failures.push(`${what}: ${String(error)}`));
  };
  const get = (path: string) => ({ method: 'GET', path });
  const loops = [
    again('kept', () => ask(kept, get('/api/v1/nodes'))),
    again('new', async () => {
      const status = await statusOf(`${origin}/api/v1/namespaces/shop`, outside);
      if (status !== 200) failures.push(`new: ${status}`);
      asked++;
    }),
    again('agent', () => ask(kept, get('/api/v1/nodes/node-a-worker/proxy/healthz'))),
    again('write', async () => {
      const name = `n${written.length}`;
      const headers = { 'content-type': 'application/json' };
      const path = '/api/v1/namespaces/shop/secrets';
      written.push(name);
      await ask(kept, {
        method: 'POST',
        path,
        headers,
        body: JSON.stringify({ metadata: { name, labels: { load: 'y' } } }),
      });
    }),
    again('registry', async () => {
      const status = await statusOf(`https://${network.doorAddress}:${ports.registry}/v2/`, { ca: doorsCa });
      if (status !== 401) failures.push(`registry: ${status}`);
      asked++;
    }),
  ];
  return {
    asked: () => asked,
    async stop() {
      going = false;
      await Promise.all(loops);
      await eventually('the watch has seen the last change', async () => watched.at(-1) === written.at(-1));
      if (watch.ended()) failures.push('the watch was cut');
      kept.close();
      return { failures, written, watched };
    },
  };
}

/** Resolves when the watch runs. */
async function followChanges(client: Http2Client, names: string[]): Promise<{ ended(): boolean }> {
  let ended = false;
  let rest = '';
  await new Promise<void>((resolve, reject) => {
    client.stream(
      { method: 'GET', path: '/api/v1/namespaces/shop/secrets?watch=true&labelSelector=load%3Dy' },
      {
        head: (status) => (status === 200 ? resolve() : reject(new Error(`the watch is refused: ${status}`))),
        data: (piece) => {
          const lines = (rest + piece.toString()).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines)
            names.push((JSON.parse(line) as { object: { metadata: { name: string } } }).object.metadata.name);
        },
        end: () => {
          ended = true;
        },
      },
    );
  });
  return { ended: () => ended };
}

/** Over a connection of its own, by what Node.js itself thinks of certificates. */
function statusOf(url: string, tls: { ca: string; cert?: string; key?: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { ...tls, agent: false }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      })
      .once('error', reject);
  });
}
