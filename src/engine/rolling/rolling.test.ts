// The table of a rolling restart, walked; a whole one driven to its end; and which pods may go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#model/kube';
import type { NodeRestart, NodeRestartStep } from '#model/site';
import { podName, podsToEvict, podsToGo, type RollingView, restartOrder, rollingStep } from './index.ts';
import { HAND_OVER_MS_MAX, PODS_TOLD_MAX, RETURN_MS_MAX } from './limits.ts';

const DRAIN_MS = 1_000;
const restartOf = (step: NodeRestartStep, left = ['node-a', 'witness']): NodeRestart => ({
  ...{ id: 'r1', left, done: [], step, drainMs: DRAIN_MS },
});
type More = Partial<Omit<RollingView, 'at'>> & Partial<RollingView['at']>;
function viewOf({
  waitedMs = 0,
  controller = 'node-b',
  wanting = [],
  otherIsFit = true,
  ...at
}: More = {}): RollingView {
  return {
    ...{ waitedMs, controller, wanting, otherIsFit },
    at: { cordoned: true, cordonedByThis: true, pods: [], isBack: false, ...at },
  };
}

test('the table', () => {
  const self = { controller: 'node-a' };
  const lacking = { wanting: ['the vote of node-b'] };
  const done = { restartedFor: 'r1' };
  const back = { ...done, isBack: true };
  const late = (ms: number): More => ({ waitedMs: ms });
  type Outcome = NodeRestartStep | 'stopped' | 'next';
  const table: [NodeRestartStep, More, Outcome, object][] = [
    ['drain', lacking, 'drain', {}],
    ['drain', { pods: ['d/p'], cordoned: false }, 'drain', { cordon: true, evict: true }],
    ['drain', { cordoned: false }, 'drain', { cordon: true }],
    ['drain', {}, 'hand-over', {}],
    ['drain', { pods: ['d/p'], ...late(DRAIN_MS) }, 'stopped', { uncordon: true }],
    ['drain', { ...lacking, ...late(DRAIN_MS) }, 'stopped', { uncordon: true }],
    ['drain', late(DRAIN_MS), 'hand-over', {}],
    ['hand-over', lacking, 'hand-over', {}],
    ['hand-over', self, 'hand-over', { handOver: true }],
    ['hand-over', { ...self, otherIsFit: false }, 'hand-over', {}],
    ['hand-over', { ...self, ...late(HAND_OVER_MS_MAX) }, 'stopped', { uncordon: true }],
    ['hand-over', {}, 'restart', {}],
    ['restart', {}, 'restart', {}],
    ['restart', { restartedFor: 'r0' }, 'restart', {}],
    ['restart', self, 'hand-over', {}],
    ['restart', done, 'return', {}],
    ['restart', { ...self, ...done }, 'return', {}],
    ['restart', late(RETURN_MS_MAX), 'stopped', { uncordon: true }],
    ['return', done, 'return', {}],
    ['return', { ...back, ...lacking }, 'return', {}],
    ['return', back, 'return', { uncordon: true }],
    ['return', { ...back, cordonedByThis: false }, 'next', {}],
    ['return', late(RETURN_MS_MAX), 'stopped', { uncordon: true }],
  ];
  for (const [from, more, to, orders] of table) {
    const { restart, orders: given } = rollingStep(restartOf(from), viewOf(more));
    const became = restart.ended ? restart.ended.how : restart.done.length > 0 ? 'next' : restart.step;
    assert.deepEqual([became, given], [to, orders], `${from} ${JSON.stringify(more)}`);
  }
});

test('the witness is not drained, and with the last one it is done', () => {
  const atWitness = restartOf('drain', ['witness']);
  const none = { cordoned: false, cordonedByThis: false };
  assert.equal(rollingStep(atWitness, viewOf(none)).restart.step, 'restart');
  assert.equal(rollingStep(atWitness, viewOf({ ...none, wanting: ['the vote of node-a'] })).restart.step, 'drain');
  const back = viewOf({ ...none, restartedFor: 'r1', isBack: true });
  const { restart } = rollingStep({ ...restartOf('return', ['witness']), done: ['node-b', 'node-a'] }, back);
  assert.deepEqual(restart.ended, { how: 'done', reason: 'restarted: node-b, node-a, witness' });
  assert.deepEqual(rollingStep(restart, back), { restart, orders: {} }, 'what has ended goes on no more');
});

test('it says what it waits for, and names the pods that do not go', () => {
  const pods = Array.from({ length: PODS_TOLD_MAX + 2 }, (_, n) => `d/p${n}`);
  const waiting = rollingStep(restartOf('drain'), viewOf({ pods })).restart;
  assert.equal(waiting.waitsFor, 'pods of node-a to go: d/p0, d/p1, d/p2, d/p3, d/p4 and 2 more');
  const stopped = rollingStep(waiting, viewOf({ pods: ['d/p1'], waitedMs: DRAIN_MS })).restart;
  assert.deepEqual(stopped.ended, { how: 'stopped', reason: 'node-a: waited 1 s for pods of node-a to go: d/p1' });
  assert.equal(rollingStep(waiting, viewOf()).restart.waitsFor, undefined);
});

test('whoever controls comes after the other node, the witness last', () => {
  const voters = ['witness', 'node-a', 'node-b'];
  assert.deepEqual(restartOrder(voters, 'node-a'), ['node-b', 'node-a', 'witness']);
  assert.deepEqual(restartOrder(voters, 'node-b'), ['node-a', 'node-b', 'witness']);
});

interface PodOf {
  readonly node?: string;
  readonly owner?: string;
  readonly kind?: string;
  readonly ready?: boolean;
  readonly ending?: boolean;
  readonly phase?: 'Running' | 'Succeeded';
}
function pod(
  name: string,
  { node = 'a', owner, kind = 'ReplicaSet', ready = true, ending, phase = 'Running' }: PodOf,
): Pod {
  const ownerReferences =
    owner === undefined ? [] : [{ apiVersion: 'apps/v1', kind, name: owner, uid: owner, controller: true }];
  return {
    metadata: { name, namespace: 'd', ownerReferences, ...(ending && { deletionTimestamp: '2020-01-01T00:00:00Z' }) },
    spec: { nodeName: node, containers: [] },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  } as unknown as Pod;
}

test('pods of daemons, without a controller, and that are over stay', () => {
  const pods = [
    pod('goes', { owner: 'w' }),
    pod('elsewhere', { owner: 'w', node: 'b' }),
    pod('daemon', { owner: 'x', kind: 'DaemonSet' }),
    pod('alone', {}),
    pod('over', { owner: 'j', kind: 'Job', phase: 'Succeeded' }),
  ];
  assert.deepEqual(podsToGo(pods, 'a').map(podName), ['d/goes']);
});

test('of two replicas one that is Ready stays until another is', () => {
  const evicted = (pods: Pod[], desired = 2): string[] =>
    podsToEvict(pods, 'a', new Map([['w', desired]])).map(podName);
  const one = pod('one', { owner: 'w' });
  const two = pod('two', { owner: 'w' });
  const gone = pod('one', { owner: 'w', ending: true });
  assert.deepEqual(evicted([one, two]), ['d/one'], 'one at a time');
  assert.deepEqual(evicted([gone, two]), [], 'its successor is not there yet');
  assert.deepEqual(evicted([two]), [], 'nor is it made yet');
  assert.deepEqual(evicted([two, pod('next', { owner: 'w', node: 'b', ready: false })]), []);
  assert.deepEqual(evicted([two, pod('next', { owner: 'w', node: 'b' })]), ['d/two']);
  assert.deepEqual(evicted([one], 1), ['d/one'], 'a single one pauses');
  assert.deepEqual(evicted([pod('sick', { owner: 'w', ready: false })]), ['d/sick'], 'one that serves nobody goes');
  assert.deepEqual(podsToEvict([one], 'a', new Map()).map(podName), ['d/one']);
});
