// Which pod is to be moved after a return, by tables: what the scheduler would put elsewhere, and nothing by lot.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#model/kube';
import { type ForecastView, planMove, podInfo, STAYS_ANNOTATION } from './index.ts';

const noVolumes = { claim: () => undefined, volume: () => undefined, storageClass: () => undefined, unbound: () => [] };
const NODES = ['a', 'b'].map((name) => ({
  node: {
    metadata: { name: `${name}-worker`, labels: { 'kubernetes.io/hostname': `${name}-worker` } },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '20' } },
  },
  pinnedTo: `node-${name}`,
}));

interface Wish {
  readonly on?: string;
  readonly kind?: string;
  readonly stays?: boolean;
  readonly selector?: Readonly<Record<string, string>>;
}
function pod(name: string, { on = 'a-worker', kind = 'ReplicaSet', stays, selector }: Wish = {}): Pod {
  const controlled = { apiVersion: 'apps/v1', kind, name: 'owner', uid: `owner-${kind}`, controller: true };
  return {
    metadata: {
      ...{ name, namespace: 'n', uid: name, ownerReferences: kind === '' ? [] : [controlled] },
      ...(stays && { annotations: { [STAYS_ANNOTATION]: 'true' } }),
    },
    spec: {
      nodeName: on,
      containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '500Mi' } } }],
      ...(selector && { nodeSelector: selector }),
    },
  };
}
const viewOf = (wishes: readonly Wish[]): ForecastView => ({
  nodes: NODES,
  pods: wishes.map((wish, n) => ({ info: podInfo(pod(`p${n}`, wish)), on: wish.on ?? 'a-worker' })),
  volumes: noVolumes,
});
const moved = (wishes: readonly Wish[], mayMove: (name: string) => boolean = () => true): string | undefined => {
  const move = planMove(viewOf(wishes), ({ pod: { metadata } }) => mayMove(metadata?.name ?? ''));
  return move && `${move.info.pod.metadata?.name} to ${move.to}`;
};

test('pods leave the fuller node until the spread is even, and an even one is left alone', () => {
  const there: Wish = { on: 'b-worker' };
  assert.equal(moved([{}, {}, {}, {}]), 'p0 to b-worker');
  assert.equal(moved([there, {}, {}, {}]), 'p1 to b-worker');
  assert.equal(moved([there, there, {}, {}]), undefined);
  assert.equal(moved([there, {}, {}]), undefined, 'one more on one node is as good on the other');
  assert.equal(moved([]), undefined);
});

test('who cannot bear it, stays with its node, is of a daemon, is bare or is bound to its node does not move', () => {
  const table: [string, Wish][] = [
    ['stays with its node', { stays: true }],
    ['of a daemon', { kind: 'DaemonSet' }],
    ['bare', { kind: '' }],
    ['bound', { selector: { 'kubernetes.io/hostname': 'a-worker' } }],
  ];
  for (const [why, wish] of table) assert.equal(moved([wish, wish, wish, wish]), undefined, why);
  assert.equal(
    moved([{}, {}, {}, {}], () => false),
    undefined,
  );
  assert.equal(
    moved([{}, {}, {}, {}], (name) => name === 'p2'),
    'p2 to b-worker',
  );
});

test('moved one after the other, it comes to rest, and no pod moves twice', () => {
  const places = new Map(Array.from({ length: 9 }, (_, n) => [`p${n}`, 'a-worker']));
  const before: string[] = [];
  for (;;) {
    const view = viewOf([...places.values()].map((on) => ({ on })));
    const move = planMove(view, () => true);
    if (!move) break;
    const name = move.info.pod.metadata?.name ?? '';
    assert.ok(!before.includes(name), `${name} moves again`);
    before.push(name);
    places.set(name, move.to);
  }
  const left = [...places.values()].filter((on) => on === 'a-worker').length;
  assert.ok(left === 4 || left === 5, `${left} of 9`);
});
