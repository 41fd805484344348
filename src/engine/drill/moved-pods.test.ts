// Pods that a loss moves are followed by their owners, and a loss is known by what the nodes tell.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossTold } from './loss-told.ts';
import { type DrilledPod, movedPods, podsToMove, untouchedPods } from './moved-pods.ts';

const A = 'node-a-worker';
const B = 'node-b-worker';
const pod = (uid: string, of: Partial<DrilledPod> = {}): DrilledPod => ({
  uid,
  name: `default/${uid}`,
  machine: A,
  owner: { uid: 'web', kind: 'ReplicaSet' },
  ready: true,
  restarts: 0,
  ...of,
});

test('what moves is Ready on the lost machine, has an owner that makes it anew, and finds a place', () => {
  const pods = [
    pod('moves'),
    pod('elsewhere', { machine: B }),
    pod('bare', { owner: undefined }),
    pod('of-machine', { owner: { uid: 'daemon', kind: 'DaemonSet' } }),
    pod('starting', { ready: false }),
    pod('stays', { owner: { uid: 'ledger', kind: 'StatefulSet' } }),
  ];
  const moving = podsToMove(pods, { lost: A, staying: new Set(['default/stays']) });
  assert.deepEqual(moving.names, ['default/moves']);
  assert.deepEqual(moving.wanted, { web: 2 });
  assert.equal(moving.before.size, pods.length);
});

test('the first is a new one elsewhere; all are there when each owner has as many as before without the lost machine', () => {
  const before = [pod('w1'), pod('w2', { machine: B }), pod('l1', { owner: { uid: 'ledger', kind: 'StatefulSet' } })];
  const moving = podsToMove(before, { lost: A, staying: new Set() });
  const seen = (pods: DrilledPod[]) => {
    const { first, all } = movedPods(moving, { pods, lost: A });
    return [first.holds, all.holds];
  };
  assert.deepEqual(seen(before), [false, false], 'the lost ones may be told Ready for a while');
  assert.deepEqual(seen([pod('x', { machine: B, owner: { uid: 'other', kind: 'ReplicaSet' } })]), [false, false]);
  const w3 = pod('w3', { machine: B });
  assert.deepEqual(seen([...before, w3]), [true, false]);
  assert.deepEqual(seen([...before, w3, pod('w4', { machine: B })]), [true, false], 'one too many replaces no other');
  const l2 = pod('l2', { machine: B, owner: { uid: 'ledger', kind: 'StatefulSet' } });
  assert.deepEqual(seen([...before, w3, { ...l2, ready: false }]), [true, false]);
  assert.deepEqual(seen([...before, w3, l2]), [true, true]);
  assert.equal(movedPods(moving, { pods: [w3], lost: A }).all.what, `1 of 3 pods of what was there run without ${A}`);
});

test('a pod is untouched when it is the same, Ready, and was not started again', () => {
  const before = [pod('w1'), pod('starting', { ready: false })];
  assert.equal(untouchedPods(before, [pod('w1')]).holds, true);
  for (const now of [[], [pod('w1', { ready: false })], [pod('w1', { restarts: 1 })], [pod('w2')]])
    assert.deepEqual(untouchedPods(before, now), { holds: false, what: 'pods were touched: default/w1' });
});

test('a loss is known by what whoever controls tells of a node, or by a node that takes control', () => {
  const nodes = ['node-a', 'node-b'];
  const told = (...events: [node: string, subject: string, reason: string][]) =>
    lossTold(
      events.map(([node, subject, reason]) => ({ node, subject, reason })),
      nodes,
    );
  assert.deepEqual(told(), { fenced: false });
  assert.deepEqual(told(['node-a', 'node-a node', 'FailoverKilling'], ['node-a', 'etcd', 'ProcessDied']), {
    fenced: false,
  });
  assert.deepEqual(told(['node-a', 'node-a control', 'FailoverStopping']), { fenced: false });
  assert.deepEqual(told(['node-a', 'node-b', 'FailoverLost']), { lost: 'node-b', fenced: false });
  const taken: [string, string, string] = ['node-b', 'node-b control', 'FailoverTaking'];
  assert.deepEqual(told(taken), { lost: 'node-a', fenced: false });
  assert.deepEqual(told(taken, ['node-b', 'node-a', 'FailoverFenced']), { lost: 'node-a', fenced: true });
});
