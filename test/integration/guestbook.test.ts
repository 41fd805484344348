// The guestbook of the examples on a real site: what was written stays, whatever is killed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bringUp, eventually, HOME, ran, testSite } from './site.fixture.ts';

const site = testSite('guestbook');
const images = path.join(HOME, '.cache/guestbook-images');
const VISIT_EVERY_MS = 50;
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

interface Visit {
  readonly asked: number;
  /** Connections that nobody took, or that were cut. */
  readonly refused: string[];
  /** Answers other than the page. */
  readonly others: string[];
}

/** Asks the page several times a second, each time on a connection of its own, until it is told to stop. */
function visitor(): { stop(): Promise<Visit> } {
  const visit = { asked: 0, refused: [] as string[], others: [] as string[] };
  let stopped = false;
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      visit.asked++;
      const request = http.get(page, { agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => {
          if (answer.statusCode !== 200) visit.others.push(`${new Date().toISOString()} ${answer.statusCode}`);
          resolve();
        });
      });
      request.on('error', (error) => {
        visit.refused.push(`${new Date().toISOString()} ${error.message}`);
        resolve();
      });
    });
  const visiting = (async () => {
    while (!stopped) await Promise.all([ask(), sleep(VISIT_EVERY_MS)]);
  })();
  return {
    stop: async () => {
      stopped = true;
      await visiting;
      return visit;
    },
  };
}

/** Kills a process of the site, and waits for the one that takes its place and for the site to be Ready. */
async function killed(...names: string[]): Promise<void> {
  const { processes } = await site.status();
  const victims = names.map((name) => processes.find((p) => p.name === name));
  for (const victim of victims) {
    assert.ok(victim?.pid, `${names} run`);
    process.kill(victim.pid, 'SIGKILL');
  }
  await eventually(`${names} again`, async () => {
    const status = await site.status();
    const now = victims.map((victim) => status.processes.find((p) => p.name === victim?.name));
    return status.phase === 'Ready' && now.every((p, i) => p !== undefined && p.pid !== victims[i]?.pid);
  });
}

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

test('killing any process of ours, or containerd, restarts no pod, loses nothing and refuses no visitor', async () => {
  const before = await containers();
  assert.equal(before.length, 3);
  for (const { name } of (await site.status()).processes) {
    const visiting = visitor();
    await killed(name);
    await write(`after ${name} was killed`);
    await allThere();
    const { asked, refused, others } = await visiting.stop();
    assert.ok(asked > 0);
    assert.deepEqual(refused, [], `visitors while ${name} was killed`);
    // Names are answered by the worker's agent itself: without it the page does not find its database for a moment.
    if (name !== 'agent-node-a-worker') assert.deepEqual(others, [], `answers while ${name} was killed`);
  }
  await allReady();
  assert.deepEqual(await containers(), before);
});

test('nor does killing the API and the runtime in quick succession, in either order', async () => {
  const before = await containers();
  const pair = ['kube', 'containerd-node-a-worker'];
  for (const names of [pair, pair.toReversed()]) {
    const visiting = visitor();
    await killed(...names);
    await allThere();
    const { refused, others } = await visiting.stop();
    assert.deepEqual([refused, others], [[], []], `visitors while ${names} were killed`);
  }
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
