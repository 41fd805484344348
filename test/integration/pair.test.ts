// A site of two nodes: whole, and after the loss of either.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { PairForecast } from '#model/site';
import { writeBusyboxImage } from './image.fixture.ts';
import { LEDGER, writeLedgerImage } from './ledger.fixture.ts';
import { bringUpPair, NODES, otherThan, pairSite, Writer } from './pair.fixture.ts';
import { eventually, ran } from './site.fixture.ts';

const site = pairSite('pair');
const IMAGE = 'busybox:1';
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
      - name: web
        image: ${IMAGE}
        command: [/bin/busybox, sh, -c, 'mkdir -p /www && echo well > /www/index.html && exec /bin/busybox httpd -f -p 8080 -h /www']
        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;

/** Pods that each ask for more than half of a worker. */
const MUCH = (cpu: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: much}
spec:
  replicas: 2
  selector: {matchLabels: {app: much}}
  template:
    metadata: {labels: {app: much}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: much, image: ${IMAGE}, command: [/bin/busybox, sleep, inf], resources: {requests: {cpu: ${cpu}}}}]}
`;

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string; readonly conditions?: { type: string; status: string }[] };
}

async function webPods(): Promise<Pod[]> {
  const { items } = JSON.parse(await site.kubectl('get', 'pods', '-l', 'app=web', '-o', 'json')) as { items: Pod[] };
  return items.filter(({ metadata }) => !metadata.deletionTimestamp);
}
const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true;
const placesOf = (pods: readonly Pod[]): string[] => [...new Set(pods.map(({ spec }) => spec.nodeName ?? ''))].sort();
const webAnswers = async (): Promise<boolean> => {
  const address = await site.kubectl('get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}');
  return (await ran('curl', ['-sf', '-m', '2', `http://${address}/`])).stdout === 'well\n';
};
const allRunOn = (...workers: string[]): Promise<true> =>
  eventually('four Ready pods in their places', async () => {
    const pods = await webPods();
    return pods.length === 4 && pods.every(isReady) && placesOf(pods).join() === workers.sort().join();
  });

/** From none to all, so that they are spread over both nodes. */
async function spreadPods(): Promise<void> {
  await site.kubectl('scale', 'deployment/web', '--replicas=0');
  await eventually('no pod is left', async () => (await webPods()).length === 0);
  await site.kubectl('scale', 'deployment/web', '--replicas=4');
  await allRunOn('node-a-worker', 'node-b-worker');
}

/** The newest number in the book of the ledger, as its pod reads it. */
async function book(): Promise<readonly number[]> {
  const text = await site.kubectl('exec', 'ledger-0', '--', '/bin/busybox', 'cat', '/data/book');
  return text.trim().split('\n').map(Number);
}
const placeOfLedger = async (): Promise<string | undefined> => {
  const pod = JSON.parse(await site.kubectl('get', 'pod', 'ledger-0', '-o', 'json')) as Pod;
  return isReady(pod) && !pod.metadata.deletionTimestamp ? pod.spec.nodeName : undefined;
};

before(async () => {
  await bringUpPair(site);
  const archive = path.join(path.dirname(site.data), 'busybox.tar');
  await writeBusyboxImage(archive, `docker.io/library/${IMAGE}`);
  const locker = path.join(path.dirname(site.data), 'locker.tar');
  await writeLedgerImage(locker);
  const imported = await site.holdfast('image', 'import', archive, locker);
  assert.equal(imported.code, 0, imported.stderr);
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input: `${WEB}---\n${LEDGER}` });
  assert.equal(code, 0, stderr);
});
after(() => site.destroy());

test('three votes, one cluster over both nodes, control on one of them', async () => {
  const status = await site.status();
  assert.equal(status.phase, 'Ready');
  assert.deepEqual(
    status.votes,
    [...NODES, 'witness'].map((name) => ({ name, up: true })),
  );
  assert.deepEqual(
    status.nodes.map(({ name, ready }) => ({ name, ready })),
    NODES.map((name) => ({ name, ready: true })),
  );
  assert.equal(status.nodes.filter(({ holdsControl }) => holdsControl).length, 1);
  const placed = status.machines.map(({ name, pinned }) => `${name} ${pinned}`);
  assert.deepEqual(placed, ['node-a-master false', 'node-a-worker true', 'node-b-worker true']);
  for (const node of [...NODES, 'witness'])
    assert.ok(
      status.processes.some((process) => process.node === node && process.name === 'etcd'),
      `etcd on ${node}`,
    );
  await allRunOn('node-a-worker', 'node-b-worker');
  await eventually('the pods answer from outside', webAnswers);
});

test('a pod that would cost the site the loss of a node is refused with the arithmetic, and the forecast goes on to hold', async () => {
  const { machines } = await site.status();
  const cpus = machines.find(({ name }) => name === 'node-a-worker')?.cpus ?? 0;
  const input = MUCH(`${Math.floor(cpus * 600)}m`);
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input });
  assert.equal(code, 0, stderr);
  const refusal = await eventually('a refusal', async () => {
    const events = await site.kubectl('get', 'events', '-o', 'jsonpath={.items[?(@.reason=="FailedCreate")].message}');
    return events.includes('forecast') && events;
  });
  assert.match(
    refusal,
    /it would break the failover forecast: after the loss of node-[ab] there would be no room for default\/much/,
  );
  assert.match(refusal, /cpu: [0-9.]+ cores? asked for then, of [0-9.]+ cores? that are left/);
  await eventually('a forecast that holds', async () => {
    const { stdout } = await site.holdfast('node', 'forecast', '--json');
    const { whole, losses } = JSON.parse(stdout) as PairForecast;
    return whole && losses.length === 2 && losses.every((loss) => loss.survives);
  });
  const survives = Object.fromEntries(NODES.map((node) => [node, true]));
  assert.deepEqual((await site.status()).forecast, { survivesLossOf: survives, wouldNotFit: [] });
  await site.kubectl('delete', 'deployment', 'much', '--wait=true');
});

test('the node that controls is lost: control and pods are on the other, nothing acknowledged is lost', async () => {
  const lost = await site.controller();
  const survivor = otherThan(lost);
  const writer = new Writer(site, 'loss');
  await eventually('writes are acknowledged', async () => writer.acknowledged.length > 5);
  await site.killNode(lost);
  const beforeLoss = writer.acknowledged.length;
  await eventually('writes go on', async () => writer.acknowledged.length > beforeLoss + 5);
  assert.equal(await site.controller(), survivor);
  await allRunOn(`${survivor}-worker`);
  await eventually('the pods answer from outside', webAnswers);
  await writer.stop();
  const names = new Set((await site.kubectl('get', 'configmaps', '-o', 'name')).split('\n'));
  const missing = writer.acknowledged.filter((n) => !names.has(`configmap/loss-${n}`));
  assert.deepEqual(missing, []);
  assert.equal((await site.status()).phase, 'Degraded');
  await site.bringBack(lost);
  // The role does not flap.
  assert.equal(await site.controller(), survivor);
});

test('a pod of one identity with a replicated volume and a lock: its node is lost, and it goes on where it was', async () => {
  const place = await eventually('the ledger runs', placeOfLedger);
  await eventually('it is written', async () => (await book()).length > 10);
  const lost = place.replace('-worker', '') as (typeof NODES)[number];
  const before = (await book()).at(-1) ?? 0;
  await site.killNode(lost);
  await eventually('the ledger runs on the other', async () => (await placeOfLedger()) === `${otherThan(lost)}-worker`);
  const after = await eventually('it goes on', async () => {
    const numbers = await book();
    return (numbers.at(-1) ?? 0) > before + 5 && numbers;
  });
  // What was synced is there, each number once and in order.
  assert.deepEqual(
    after,
    after.map((_, index) => index + 1),
  );
  await site.bringBack(lost);
});

test('the client of the volumes is killed: it comes back, and so does the pod that was cut off', async () => {
  const place = await eventually('the ledger runs', placeOfLedger);
  const node = place.replace('-worker', '') as (typeof NODES)[number];
  const before = (await book()).at(-1) ?? 0;
  process.kill(await site.pidOf(node, 'volumes'), 'SIGKILL');
  const after = await eventually('the ledger goes on', async () => {
    const numbers = await book();
    return (numbers.at(-1) ?? 0) > before + 5 && numbers;
  });
  assert.deepEqual(
    after,
    after.map((_, index) => index + 1),
  );
});

test('the node that does not control is lost: its pods move, control stays', async () => {
  const controller = await site.controller();
  const lost = otherThan(controller);
  await spreadPods();
  await site.killNode(lost);
  await allRunOn(`${controller}-worker`);
  assert.equal(await site.controller(), controller);
  await site.bringBack(lost);
});

test('down and up: everything is where it was', async () => {
  const down = await site.holdfast('down');
  assert.equal(down.code, 0, down.stderr);
  assert.equal((await site.status()).phase, 'Stopped');
  const up = await site.holdfast('up');
  assert.equal(up.code, 0, up.stderr);
  await eventually('the pods answer from outside', webAnswers);
  assert.ok(fs.existsSync(site.kubeconfig));
});
