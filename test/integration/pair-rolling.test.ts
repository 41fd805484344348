// Both nodes and the witness are restarted one after the other, with everything that they keep, under load: the API takes writes, a workload of
// two replicas answers all the while, and everything is back afterwards.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeBusyboxImage } from './image.fixture.ts';
import { bringUpPair, NODES, pairSite, type VoterName, Writer } from './pair.fixture.ts';
import { eventually, ran } from './site.fixture.ts';

const site = pairSite('pairr');
const IMAGE = 'busybox:1';
const VOTERS: readonly VoterName[] = [...NODES, 'witness'];
const PORT = 8080;
/** A takeover takes less than five seconds where nothing else runs; handing over takes less. */
const GAP_MS_MAX = 30_000;

const WORKLOADS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: c
        image: ${IMAGE}
        command: [/bin/busybox, sh, -c, "mkdir -p /www && echo here > /www/index.html && trap 'sleep 2; exit 0' TERM && httpd -p ${PORT} -h /www && while :; do sleep 1; done"]
        readinessProbe: {httpGet: {port: ${PORT}, path: /}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: LoadBalancer
  selector: {app: web}
  ports: [{port: 80, targetPort: ${PORT}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: single}
spec:
  serviceName: none
  selector: {matchLabels: {app: single}}
  template:
    metadata: {labels: {app: single}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: c, image: ${IMAGE}, command: [/bin/busybox, sh, -c, "trap 'exit 0' TERM; while :; do sleep 1; done"]}
`;

const json = async <T>(...args: string[]): Promise<T> =>
  JSON.parse(await site.kubectl('get', ...args, '-o', 'json')) as T;
const replicasAre = async (kind: string, name: string, count: number): Promise<boolean> =>
  (await json<{ status: { readyReplicas?: number } }>(kind, name)).status.readyReplicas === count;

/** Asks the service without rest, and each time again until it is answered: what failed twice in a row is remembered. */
class Prober {
  answers = 0;
  readonly failures: string[] = [];
  #going = true;
  readonly #done: Promise<void>;

  constructor(address: string) {
    this.#done = this.#run(`http://${address}/`);
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  async #run(url: string): Promise<void> {
    while (this.#going) {
      const { code, stderr } = await ran('curl', ['-sSf', '-m', '5', '--retry', '2', '--retry-connrefused', url]);
      if (code === 0) this.answers++;
      else this.failures.push(`${new Date().toISOString()} ${stderr.trim()}`);
      await sleep(50);
    }
  }
}

/** How few endpoints of the service were ready, as the API showed them one version after the other. */
class EndpointWatch {
  fewest = Number.POSITIVE_INFINITY;
  #going = true;
  readonly #done = this.#run();

  async stop(): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  async #run(): Promise<void> {
    interface Slices {
      readonly items: readonly {
        readonly endpoints?: readonly { readonly conditions: { readonly ready?: boolean } }[];
      }[];
    }
    while (this.#going) {
      const args = [
        'get',
        'endpointslices',
        '-l',
        'kubernetes.io/service-name=web',
        '-o',
        'json',
        '--request-timeout=2s',
      ];
      const { code, stdout } = await site.kubectlRan(args);
      if (code === 0) {
        const ready = (JSON.parse(stdout) as Slices).items
          .flatMap(({ endpoints }) => endpoints ?? [])
          .filter(({ conditions }) => conditions.ready);
        this.fewest = Math.min(this.fewest, ready.length);
      }
      await sleep(100);
    }
  }
}

before(async () => {
  await bringUpPair(site);
  const archive = path.join(path.dirname(site.data), 'busybox.tar');
  await writeBusyboxImage(archive, `docker.io/library/${IMAGE}`);
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 0, imported.stderr);
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input: WORKLOADS });
  assert.equal(code, 0, stderr);
  await eventually(
    'the workloads run',
    async () => (await replicasAre('deployment', 'web', 2)) && replicasAre('statefulset', 'single', 1),
  );
});
after(() => site.destroy());

const livesOf = async (): Promise<readonly number[]> =>
  (await site.status()).processes
    .filter(({ name }) => ['etcd', 'kube', 'holdfastd', 'witness', 'glusterd'].includes(name))
    .map(({ pid }) => pid);
const isRedundant = async (): Promise<boolean> =>
  (await site.status()).conditions.some(({ type, status }) => type === 'Redundant' && status === 'True');

test('every voter is restarted, and nobody who asks the API or a workload of two replicas goes without an answer', async (t) => {
  await eventually('the loss of either node is survived', isRedundant);
  const address = await eventually('the service has an address', async () => {
    type Service = { status: { loadBalancer: { ingress?: readonly { ip: string }[] } } };
    return (await json<Service>('service', 'web')).status.loadBalancer.ingress?.[0]?.ip;
  });
  const prober = new Prober(address);
  await eventually('the service answers', async () => prober.answers > 0);
  prober.failures.length = 0;
  const before = await livesOf();
  const endpoints = new EndpointWatch();
  const writer = new Writer(site, 'rolling');
  const { code, stdout, stderr } = await site.holdfast('node', 'restart', '--timeout', '120', '--json');
  await writer.stop();
  await Promise.all([endpoints.stop(), prober.stop()]);
  t.diagnostic(stderr);
  t.diagnostic(`${writer.acknowledged.length} writes, longest gap ${Math.round(writer.longestGapMs)} ms`);
  t.diagnostic(`${prober.answers} answers, fewest endpoints ${endpoints.fewest}`);
  assert.equal(code, 0, stderr);
  assert.deepEqual((JSON.parse(stdout) as { done: string[] }).done.toSorted(), [...VOTERS].toSorted());
  const now = await livesOf();
  assert.deepEqual(
    before.filter((pid) => now.includes(pid)),
    [],
    'everything was restarted',
  );
  assert.ok(writer.longestGapMs < GAP_MS_MAX, `a gap of ${writer.longestGapMs} ms`);
  assert.deepEqual(prober.failures, []);
  assert.ok(endpoints.fewest >= 1);
  const there = new Set(
    (await json<{ items: { metadata: { name: string } }[] }>('configmaps')).items.map(({ metadata }) => metadata.name),
  );
  assert.deepEqual(
    writer.acknowledged.filter((n) => !there.has(`rolling-${n}`)),
    [],
  );
  await eventually('the loss of either node is survived again', isRedundant);
  await eventually(
    'the workloads run',
    async () => (await replicasAre('deployment', 'web', 2)) && replicasAre('statefulset', 'single', 1),
  );
  const nodes = await json<{ items: { spec: { unschedulable?: boolean } }[] }>('nodes');
  assert.ok(nodes.items.every(({ spec }) => !spec.unschedulable));
  // Nobody was taken for lost.
  for (const node of NODES) {
    const events = fs.readFileSync(path.join(site.data, node, 'logs/events.jsonl'), 'utf8');
    assert.doesNotMatch(events, /FailoverLost|FailoverFenced/);
  }
});

const events = (node: string): readonly { reason: string; message: string }[] =>
  fs
    .readFileSync(path.join(site.data, node, 'logs/events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { reason: string; message: string });

test('whatever is killed meanwhile, it goes on: holdfastd of the node that restarts and of the one that controls', async () => {
  const controller = await site.controller();
  const other = NODES.find((node) => node !== controller) ?? 'node-a';
  const done = (): number => NODES.flatMap(events).filter(({ reason }) => reason === 'RestartDone').length;
  const before = done();
  const restarts = (): number =>
    events(controller).filter(({ reason, message }) => reason === 'NodeRestarting' && message === `${other}: restart`)
      .length;
  const restartsBefore = restarts();
  const command = site.holdfast('node', 'restart', other);
  await eventually('the node restarts', async () => restarts() > restartsBefore);
  for (const node of [other, controller]) {
    try {
      const record = fs.readFileSync(path.join(site.data, node, 'run/holdfastd.lock'), 'utf8');
      process.kill((JSON.parse(record) as { pid: number }).pid, 'SIGKILL');
    } catch (error) {
      // It has just ended by itself, to be started again.
      assert.match((error as { code?: string }).code ?? '', /^(ESRCH|ENOENT)$/);
    }
  }
  const { code, stderr } = await command;
  assert.equal(code, 0, stderr);
  await eventually('it is done', async () => done() > before);
  await eventually('the loss of either node is survived again', isRedundant);
  const nodes = await json<{ items: { spec: { unschedulable?: boolean } }[] }>('nodes');
  assert.ok(nodes.items.every(({ spec }) => !spec.unschedulable));
});
