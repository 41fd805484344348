// A rolling restart at work on a real etcd, with voters that are flags and an API that holds nodes and pods: order, interruption, refusal.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type NodeRestart, REBALANCE_OWED } from '#model/site';
import { systemClock } from '#platform/clock';
import { connectEtcd, type EtcdServer, startEtcd } from '#platform/etcd';
import { memoryLog } from '#platform/log';
import { keepRolling, type Rolling } from './index.ts';

const VOTERS = ['node-a', 'node-b', 'witness'];
const LEADERSHIP = 'test/leadership';
const DEADLINE_MS = 60_000;

let etcd: EtcdServer;
before(async () => {
  etcd = await startEtcd();
});
after(() => etcd.stop());
const etcdOptions = () => ({ endpoints: [etcd.endpoint] });

interface FakeNode {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: { readonly conditions: readonly [{ readonly type: 'Ready'; readonly status: 'True' }] };
}
interface FakePod {
  readonly metadata: object;
  readonly spec: { readonly nodeName: string };
  readonly status: object;
}

/** Three voters whose restarts are instants, seen by whoever controls. */
class Site {
  controller = 'node-a';
  readonly restarted: string[] = [];
  readonly told: string[] = [];
  readonly asked: string[] = [];
  holdsBack = false;
  #restartedFor = new Map<string, string>();
  #keepers = new Map<string, Rolling>();
  #nodes = new Map<string, FakeNode>();
  #pods = new Map<string, FakePod>();
  readonly #client = connectEtcd(etcdOptions());

  constructor() {
    for (const node of ['node-a', 'node-b']) {
      const worker = `${node}-worker`;
      const status = { conditions: [{ type: 'Ready', status: 'True' }] } as const;
      this.#nodes.set(worker, { metadata: { name: worker }, spec: {}, status });
      this.put(`pod-of-${node}`, worker);
    }
  }

  put(name: string, nodeName: string): void {
    const ownerReferences = [{ kind: 'StatefulSet', name, uid: name, controller: true }];
    this.#pods.set(name, {
      metadata: { name, namespace: 'd', uid: name, ownerReferences },
      spec: { nodeName },
      status: {},
    });
  }

  node(name: string): FakeNode {
    const node = this.#nodes.get(`${name}-worker`);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  async lead(node: string): Promise<void> {
    const put = { request_put: { key: Buffer.from(LEADERSHIP), value: Buffer.from(node) } };
    await this.#client.txn({ compare: [], success: [put] });
    this.controller = node;
  }

  start(voter: string): Rolling {
    const keeper = keepRolling({
      ...{ self: voter, etcd: etcdOptions(), clock: systemClock, log: memoryLog() },
      leadership: () => (this.controller === voter ? { key: LEADERSHIP, value: voter } : undefined),
      look: (of) => ({ wanting: [], otherIsFit: true, runs: true, ...this.#restartedOf(of) }),
      workerOf: (of) => (of === 'witness' ? undefined : `${of}-worker`),
      ask: async (method, path, body) => this.#answer(method, path, body),
      handOver: () => void this.lead(voter === 'node-a' ? 'node-b' : 'node-a'),
      restartedFor: () => this.#restartedFor.get(voter),
      restart: async (id) => {
        keeper.close();
        this.restarted.push(voter);
        this.#restartedFor.set(voter, id);
        this.start(voter);
      },
      told: ({ reason, message }) => void this.told.push(`${reason}: ${message}`),
    });
    this.#keepers.set(voter, keeper);
    return keeper;
  }

  end(voter: string): void {
    this.#keepers.get(voter)?.close();
  }

  close(): void {
    for (const keeper of this.#keepers.values()) keeper.close();
    this.#client.close();
  }

  async until(what: string, holds: (restart: NodeRestart | undefined) => boolean): Promise<NodeRestart | undefined> {
    const began = performance.now();
    for (;;) {
      const restart = await this.#keepers
        .get(this.controller)
        ?.state()
        .catch(() => undefined);
      if (holds(restart)) return restart;
      if (performance.now() - began > DEADLINE_MS) throw new Error(`${what}: not yet ${JSON.stringify(restart)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #restartedOf(voter: string): { restartedFor?: string } {
    const restartedFor = this.#restartedFor.get(voter);
    return restartedFor === undefined ? {} : { restartedFor };
  }

  #answer(method: string, path: string, body: unknown): { status: number; body: unknown } {
    const name = path.split('/').at(method === 'POST' ? -2 : -1) ?? '';
    if (method === 'PUT') this.#nodes.set(name, body as FakeNode);
    if (method === 'POST') {
      this.asked.push(name);
      if (this.holdsBack) return { status: 429, body: {} };
      const from = this.#pods.get(name)?.spec.nodeName;
      this.put(name, from === 'node-a-worker' ? 'node-b-worker' : 'node-a-worker');
    }
    if (path === '/api/v1/pods') return { status: 200, body: { items: [...this.#pods.values()] } };
    if (path.startsWith('/api/v1/nodes/')) return { status: 200, body: this.#nodes.get(name) };
    return { status: method === 'POST' ? 201 : 404, body: {} };
  }
}

async function started(): Promise<{ site: Site; keeper: Rolling }> {
  const site = new Site();
  await site.lead('node-a');
  for (const voter of ['node-b', 'witness']) site.start(voter);
  return { site, keeper: site.start('node-a') };
}
const ORDER = ['node-b', 'node-a', 'witness'];

test('one after the other is drained, gives control away, restarts and takes pods again', async () => {
  const { site, keeper } = await started();
  await keeper.begin(ORDER, DEADLINE_MS);
  await assert.rejects(keeper.begin(VOTERS, 1), { code: 'Conflict' });
  const restart = await site.until('it is done', (now) => now?.ended !== undefined);
  assert.deepEqual([restart?.ended?.how, restart?.done, restart?.left], ['done', ORDER, []]);
  assert.deepEqual([site.restarted, site.controller], [ORDER, 'node-b']);
  assert.deepEqual([...new Set(site.asked)], ['pod-of-node-b', 'pod-of-node-a']);
  for (const node of ['node-a', 'node-b'])
    assert.deepEqual([site.node(node).spec, site.node(node).metadata.annotations], [{}, { [REBALANCE_OWED]: '' }]);
  assert.equal(site.told.at(-1), 'RestartDone: restarted: node-b, node-a, witness');
  site.close();
});

test('whoever controls next goes on where it was interrupted', async () => {
  const { site, keeper } = await started();
  site.holdsBack = true;
  await keeper.begin(['node-b'], DEADLINE_MS);
  await site.until('it waits for pods', (now) => now?.waitsFor !== undefined && site.asked.length > 0);
  site.end('node-a');
  await site.lead('node-b');
  site.holdsBack = false;
  site.start('node-a');
  await site.until('it is done', (now) => now?.ended?.how === 'done');
  assert.deepEqual([site.restarted, site.controller], [['node-b'], 'node-a'], 'it gave control away first');
  site.close();
});

test('pods that do not go stop it, the node takes pods again, and a cordon of somebody else stays', async () => {
  const { site, keeper } = await started();
  site.holdsBack = true;
  await keeper.begin(['node-b'], 100);
  const stopped = await site.until('it is stopped', (now) => now?.ended !== undefined);
  assert.match(stopped?.ended?.reason ?? '', /pods of node-b to go: d\/pod-of-node-b$/);
  assert.deepEqual([site.restarted, site.node('node-b').spec.unschedulable], [[], undefined]);
  site.holdsBack = false;
  Object.assign(site.node('node-b'), { spec: { unschedulable: true } });
  await keeper.begin(['node-b'], DEADLINE_MS);
  await site.until('it is done', (now) => now?.ended?.how === 'done');
  assert.equal(site.node('node-b').spec.unschedulable, true);
  site.close();
});

test('who does not lead begins nothing', async () => {
  const { site, keeper } = await started();
  await site.lead('node-b');
  await assert.rejects(keeper.begin(VOTERS, 1), { code: 'Unavailable' });
  site.close();
});
