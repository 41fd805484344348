// A site of two nodes that becomes one of one node while its workloads run: API, addresses and data stay, watches go on, pods of the node that
// stays never end, and what is left comes up alone.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { writeBusyboxImage } from './image.fixture.ts';
import { bringUpPair, pairSite, Writer } from './pair.fixture.ts';
import { eventually } from './site.fixture.ts';

const site = pairSite('leave');
const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      containers:
      - {name: web, image: 'busybox:1', command: [/bin/busybox, sleep, inf]}
`;

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly containerID: string; readonly restartCount: number }[];
  };
}

async function pods(): Promise<Pod[]> {
  const { items } = JSON.parse(await site.kubectl('get', 'pods', '-l', 'app=web', '-o', 'json')) as { items: Pod[] };
  return items.filter(({ metadata }) => !metadata.deletionTimestamp);
}

/** Containers on a machine, which are others once they were started again. */
const containersOn = (all: readonly Pod[], machine: string): string[] =>
  all
    .filter(({ spec }) => spec.nodeName === machine)
    .flatMap(({ status }) => status.containerStatuses?.map(({ containerID }) => containerID) ?? [])
    .toSorted();

const numberOf = (name: string): number => Number(name.split('-').at(-1));

before(async () => {
  await bringUpPair(site);
  const archive = path.join(path.dirname(site.data), 'busybox.tar');
  await writeBusyboxImage(archive, 'docker.io/library/busybox:1');
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 0, imported.stderr);
  await site.kubectlRan(['apply', '-f', '-'], { input: WEB });
  await site.kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
});
after(() => site.destroy());

test('what cannot leave is refused, and nothing changes', async () => {
  const refused: readonly [string[], number, RegExp][] = [
    [['node-c'], 5, /no node node-c.*node-a, node-b/s],
    [['witness'], 6, /without its witness/],
    [['node-b', '--dead'], 6, /node-b runs/],
  ];
  for (const [args, code, message] of refused) {
    const told = await site.holdfast('node', 'leave', ...args);
    assert.equal(told.code, code, `${args.join(' ')}: ${told.stderr}`);
    assert.match(told.stderr, message);
  }
  assert.equal((await site.holdfast('node', 'leave')).code, 2);
  await site.whole();
});

test('a node leaves: nothing that was acknowledged is lost, the API stays where it is, pods of the other node run on', async () => {
  const kept = containersOn(await pods(), 'node-a-worker');
  assert.ok(kept.length > 0);
  const server = (await site.kubectl('config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}')).trim();
  const { metadata } = JSON.parse(await site.kubectl('get', '--raw', '/api/v1/namespaces/default/configmaps'));
  const writer = new Writer(site, 'during');
  const told = await site.holdfast('node', 'leave', 'node-b', '--json');
  await writer.stop();
  assert.equal(told.code, 0, told.stderr);
  assert.deepEqual(JSON.parse(told.stdout), {
    left: 'node-b',
    stays: 'node-a',
    ready: true,
    kubeconfig: site.kubeconfig,
  });
  const made = (await site.kubectl('get', 'configmaps', '-o', 'name')).split('\n');
  const lost = writer.acknowledged.filter((n) => !made.includes(`configmap/during-${n}`));
  assert.deepEqual(lost, []);
  // A watch that is resumed from before misses nothing of it.
  const watch = `/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=5&resourceVersion=${metadata.resourceVersion}`;
  const seen = (await site.kubectl('get', '--raw', watch)).split('\n').filter(Boolean);
  const names = seen.map((line) => JSON.parse(line) as { type: string; object: { metadata: { name: string } } });
  assert.deepEqual(
    names.filter(({ type }) => type === 'ADDED').map(({ object }) => `configmap/${object.metadata.name}`),
    made.filter((name) => name.includes('/during-')).toSorted((a, b) => numberOf(a) - numberOf(b)),
  );
  await site.kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  const now = await pods();
  assert.deepEqual(new Set(now.map(({ spec }) => spec.nodeName)), new Set(['node-a-worker']));
  const containers = containersOn(now, 'node-a-worker');
  assert.deepEqual(
    kept.filter((id) => !containers.includes(id)),
    [],
  );
  assert.match(await site.kubectl('get', 'nodes', '-o', 'name'), /^node\/node-a-master\s+node\/node-a-worker\s*$/);
  assert.equal((await site.kubectl('config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}')).trim(), server);
  const { nodes } = await site.status();
  assert.deepEqual(
    nodes.map(({ name }) => name),
    ['node-a'],
  );
  for (const left of ['node-b', 'witness']) assert.ok(!fs.existsSync(path.join(site.data, left)), left);
  await eventually(
    'the store has moved home',
    async () => !fs.existsSync(path.join(site.data, 'node-a/state/etcd')),
    60_000,
  );
});

test('what is left comes up alone with its data, and is the last', async () => {
  assert.equal((await site.holdfast('node', 'leave', 'node-a')).code, 6);
  const before = await site.kubectl('get', 'configmaps', '-o', 'name');
  const down = await site.holdfast('down');
  assert.equal(down.code, 0, down.stderr);
  const up = await site.holdfast('up', '--timeout', '120');
  assert.equal(up.code, 0, up.stderr);
  assert.equal(await site.kubectl('get', 'configmaps', '-o', 'name'), before);
  await site.kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  assert.ok(!(await site.status()).processes.some(({ name }) => name === 'etcd'));
});
