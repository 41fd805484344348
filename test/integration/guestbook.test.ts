// The guestbook of the examples on a real site: what was written stays, whatever is killed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bringUp, eventually, HOME, ran, testSite } from './site.fixture.ts';

const site = testSite('guestbook');
const images = path.join(HOME, '.cache/guestbook-images');
const written: string[] = [];
let page = '';

interface Container {
  readonly name: string;
  readonly id: string;
  readonly restarts: number;
}

/** Every container of the guestbook's pods, with what shows whether it was restarted. */
async function containers(): Promise<Container[]> {
  const list = JSON.parse(await site.kubectl('get', 'pods', '-l', 'app=guestbook', '-o', 'json'));
  return list.items
    .flatMap(
      (pod: {
        metadata: { name: string };
        status: { containerStatuses: { containerID: string; restartCount: number }[] };
      }) =>
        pod.status.containerStatuses.map((c) => ({
          name: pod.metadata.name,
          id: c.containerID,
          restarts: c.restartCount,
        })),
    )
    .sort((a: Container, b: Container) => (a.name < b.name ? -1 : 1));
}

const isRefused = (error: unknown): boolean => /ECONNREFUSED/.test(String((error as Error).cause));

/** Writes once; only a connection that nobody took is tried again. */
async function write(entry: string): Promise<void> {
  const answer = await eventually('the page takes an entry', () =>
    fetch(page, { method: 'POST', body: new URLSearchParams({ entry }), redirect: 'manual' }).catch(
      (error: unknown) => {
        if (isRefused(error)) return undefined;
        return assert.fail(String(error));
      },
    ),
  );
  assert.equal(answer.status, 303, await answer.text());
  written.unshift(entry);
}

async function entries(): Promise<string[]> {
  const answer = await fetch(`${page}entries`, { signal: AbortSignal.timeout(5000) });
  assert.equal(answer.status, 200);
  return (await answer.text()).split('\n').filter(Boolean);
}

const allThere = (): Promise<true> =>
  eventually('the entries', async () => {
    assert.deepEqual(await entries(), written);
    return true as const;
  });
const allReady = async (): Promise<void> => {
  for (const name of ['redis', 'frontend'])
    await site.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=90s');
};

before(async () => {
  const built = await ran(path.join(HOME, 'examples/guestbook/build-images.sh'), [images]);
  assert.equal(built.code, 0, built.stderr);
  await bringUp(site);
});
after(() => site.destroy());

test('images are pushed with skopeo', async () => {
  const registry = JSON.parse((await site.holdfast('registry', 'credentials', '--json')).stdout) as {
    address: string;
    user: string;
    password: string;
  };
  const certs = path.join(site.data, '../certs');
  fs.mkdirSync(certs);
  fs.writeFileSync(`${certs}/ca.crt`, (await site.holdfast('registry', 'ca')).stdout);
  for (const [file, name] of [
    ['redis', 'redis:7'],
    ['frontend', 'frontend:1'],
  ]) {
    const pushed = await ran('skopeo', [
      '--insecure-policy',
      'copy',
      '--dest-cert-dir',
      certs,
      '--dest-creds',
      `${registry.user}:${registry.password}`,
      `oci-archive:${images}/${file}.tar`,
      `docker://${registry.address}/holdfast.example/guestbook/${name}`,
    ]);
    assert.equal(pushed.code, 0, pushed.stderr);
  }
});

test('the application runs, and its page answers on an address of the pool', async () => {
  await site.kubectl('apply', '-f', path.join(HOME, 'examples/guestbook'));
  await allReady();
  const address = await eventually(
    'an address',
    async () =>
      (await site.kubectl('get', 'service', 'guestbook', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}')) ||
      undefined,
  );
  page = `http://${address}/`;
  await eventually('the page', async () => (await fetch(page)).ok);
  await write('hello from the test');
  await write('<b>not bold</b>');
  assert.match(await (await fetch(page)).text(), /&lt;b&gt;not bold&lt;\/b&gt;/);
  await allThere();
});

test('entries survive the deletion of every pod', async () => {
  await site.kubectl('delete', 'pods', '-l', 'app=guestbook', '--wait=true');
  await allReady();
  await allThere();
  await write('after all pods were deleted');
});

test('killing any process of ours, or containerd, restarts no pod and loses nothing', async () => {
  const before = await containers();
  assert.equal(before.length, 3);
  for (const { name } of (await site.status()).processes) {
    const victim = (await site.status()).processes.find((p) => p.name === name);
    assert.ok(victim?.pid, `${name} runs`);
    process.kill(victim.pid, 'SIGKILL');
    await eventually(`${name} again`, async () => {
      const status = await site.status();
      const now = status.processes.find((p) => p.name === name);
      return status.phase === 'Ready' && now !== undefined && now.pid !== victim.pid;
    });
    // The page may be out of reach for a moment while its readiness is found out anew; what it takes then must stay.
    await eventually('the page', async () => (await fetch(`${page}readyz`)).ok);
    await write(`after ${name} was killed`);
    await allThere();
  }
  await allReady();
  assert.deepEqual(await containers(), before);
});

test('entries survive down and up', async () => {
  assert.equal((await site.holdfast('down')).code, 0);
  assert.equal((await site.holdfast('up')).code, 0);
  await allReady();
  await allThere();
  await write('after a reboot');
  await allThere();
});
