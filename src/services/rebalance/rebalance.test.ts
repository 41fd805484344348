// The move back after a return, on a client without a server: when it begins, how few it disturbs at once, what stops it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, resourceOf } from '#client';
import { OUT_OF_SERVICE, podInfo } from '#engine/scheduling';
import type { Event, Node, Pod } from '#model/kube';
import { type Machine, REBALANCE_OWED } from '#model/site';
import { fakeClock, rfc3339 } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { eventRecorder, fakeClient, runControllers } from '#reconcile';
import { rebalanceController } from './index.ts';
import { HELD_MS, LOOK_MS, MOVES_MAX, PAUSE_MS, READY_MS_MIN, SETTLE_MS } from './limits.ts';

const PODS = resourceOf<Pod>('', 'v1', 'pods');
const NODES = resourceOf<Node>('', 'v1', 'nodes');
const EVENTS = resourceOf<Event>('', 'v1', 'events');
const MACHINES = ['a', 'b'].map(
  (name) =>
    ({ name: `${name}-worker`, role: 'worker', node: `node-${name}`, pinned: true, cluster: 'device' }) as Machine,
);
const noVolumes = { claim: () => undefined, volume: () => undefined, storageClass: () => undefined, unbound: () => [] };
type ReadyCondition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];

/** Two workers; an evicted pod is on the other one at once, as another pod, which is Ready when the test says so. */
async function pairOf() {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const state = { whole: false, isOn: true, held: new Set<string>() };
  const evicted: string[] = [];
  const ready = (): ReadyCondition => ({ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(clock.now()) });
  const add = (name: string, on: string, owner = name, conditions = [ready()]): Promise<Pod> =>
    client.create(PODS, {
      metadata: {
        ...{ namespace: 'd', name, uid: crypto.randomUUID() },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
      },
      spec: { nodeName: on, containers: [{ name: 'c', resources: { requests: { cpu: '100m', memory: '100Mi' } } }] },
      status: { conditions },
    });
  for (const { name } of MACHINES)
    await client.create(NODES, {
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      spec: name === 'a-worker' ? { taints: [OUT_OF_SERVICE] } : {},
      status: { allocatable: { cpu: '20', memory: '64Gi', pods: '500' } },
    });
  const [nodes, pods] = [client.cache(NODES), client.cache(PODS)];
  await Promise.all([nodes.synced, pods.synced]);
  const evicting: typeof client = Object.create(client, {
    createSub: {
      value: async (_: unknown, { name }: { name: string }) => {
        if (state.held.has(name)) throw new ApiError(429, 'TooManyRequests', 'a budget holds it back');
        const pod = await client.get(PODS, { namespace: 'd', name });
        evicted.push(name);
        await client.delete(PODS, { namespace: 'd', name }, { gracePeriodSeconds: 0 });
        await add(`${name}-moved`, 'a-worker', pod.metadata?.ownerReferences?.[0]?.uid, []);
      },
    },
  });
  const events = eventRecorder({ client, clock, log: memoryLog(), component: 'rebalance' });
  const controller = rebalanceController({
    ...{ client: evicting, machines: MACHINES, clock, events, isOn: () => state.isOn },
    look: () => ({
      whole: state.whole,
      view: {
        nodes: nodes.list().map((node) => ({ node, pinnedTo: `node-${node.metadata?.name?.[0]}` })),
        pods: pods.list().map((pod) => ({ info: podInfo(pod), on: pod.spec?.nodeName ?? '' })),
        volumes: noVolumes,
      },
    }),
  });
  const running = runControllers([controller], { clock, log: memoryLog() });
  /** In short steps, so that everything due has its turn. */
  const advance = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += LOOK_MS) await clock.advance(LOOK_MS);
  };
  await advance(LOOK_MS);
  return {
    ...{ state, evicted, add, advance },
    returns: async () => {
      state.whole = true;
      await client.patch(NODES, { name: 'a-worker' }, { type: 'merge', body: { spec: { taints: null } } });
      await advance(LOOK_MS);
    },
    settle: (name: string) =>
      client.patch(
        PODS,
        { namespace: 'd', name },
        { type: 'merge', body: { status: { conditions: [ready()] } } },
        { subresource: 'status' },
      ),
    isOwed: async () =>
      (await client.get(NODES, { name: 'a-worker' })).metadata?.annotations?.[REBALANCE_OWED] !== undefined,
    reasons: async () => {
      await events.flush();
      return (await client.list(EVENTS)).items.map(({ reason, message }) => `${reason}: ${message}`);
    },
    stop: () => running.stop(),
  };
}

test('once the site was whole for a while, one pod after the other goes back, until the spread is even', async () => {
  const pair = await pairOf();
  for (const name of ['p1', 'p2', 'p3', 'p4']) await pair.add(name, 'b-worker');
  assert.equal(await pair.isOwed(), true);
  await pair.returns();
  pair.state.whole = false;
  await pair.advance(SETTLE_MS);
  pair.state.whole = true;
  await pair.advance(SETTLE_MS - LOOK_MS);
  assert.deepEqual(pair.evicted, [], 'not yet');
  await pair.advance(3 * LOOK_MS);
  assert.equal(pair.evicted.length, 1, 'one at a time');
  await pair.advance(4 * PAUSE_MS);
  assert.equal(pair.evicted.length, 2);
  assert.equal(await pair.isOwed(), false);
  const told = await pair.reasons();
  assert.equal(told.filter((line) => line.startsWith('Rebalanced: it goes from b-worker to a-worker')).length, 2);
  assert.ok(told.includes('RebalanceEnded: 2 pods were moved back after its return'));
  await pair.stop();
});

test('of one workload no pod goes while another is not Ready, and none that has just started', async () => {
  const pair = await pairOf();
  for (const name of ['p1', 'p2', 'p3', 'p4']) await pair.add(name, 'b-worker', 'web');
  await pair.returns();
  await pair.advance(SETTLE_MS + 4 * PAUSE_MS);
  assert.equal(pair.evicted.length, 1, 'its successor is not Ready');
  await pair.settle(`${pair.evicted[0]}-moved`);
  await pair.advance(3 * PAUSE_MS);
  assert.equal(pair.evicted.length, 2);
  await pair.stop();
  const fresh = await pairOf();
  await fresh.returns();
  await fresh.advance(SETTLE_MS - LOOK_MS - LOOK_MS);
  for (const name of ['p1', 'p2', 'p3', 'p4']) await fresh.add(name, 'b-worker');
  await fresh.advance(READY_MS_MIN - 2 * PAUSE_MS);
  assert.deepEqual([fresh.evicted, await fresh.isOwed()], [[], true]);
  await fresh.advance(6 * PAUSE_MS);
  assert.equal(fresh.evicted.length, 2);
  await fresh.stop();
});

test('a pod that its budget holds back is left for a while, and others go', async () => {
  const pair = await pairOf();
  pair.state.held = new Set(['p1', 'p2', 'p3']);
  for (const name of ['p1', 'p2', 'p3', 'p4']) await pair.add(name, 'b-worker');
  await pair.returns();
  await pair.advance(SETTLE_MS + 6 * PAUSE_MS);
  assert.deepEqual(pair.evicted, ['p4']);
  pair.state.held.clear();
  await pair.advance(HELD_MS + 4 * PAUSE_MS);
  assert.equal(pair.evicted.length, 2);
  await pair.stop();
});

test('no more than a bound is moved, and the setting turns it off', async () => {
  const pair = await pairOf();
  for (let n = 0; n < 2 * MOVES_MAX + 20; n++) await pair.add(`p${n}`, 'b-worker');
  await pair.returns();
  await pair.advance(SETTLE_MS + (MOVES_MAX + 10) * PAUSE_MS);
  assert.deepEqual([pair.evicted.length, await pair.isOwed()], [MOVES_MAX, false]);
  await pair.stop();
  const off = await pairOf();
  off.state.isOn = false;
  for (const name of ['p1', 'p2', 'p3', 'p4']) await off.add(name, 'b-worker');
  await off.returns();
  await off.advance(SETTLE_MS + 4 * PAUSE_MS);
  assert.deepEqual([off.evicted, await off.isOwed()], [[], false]);
  await off.stop();
});
