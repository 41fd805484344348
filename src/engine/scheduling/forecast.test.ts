// Forecasts of a pair by tables: what fits, what does not and why, what has nowhere to be, and what one more pod would cost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  Node,
  OwnerReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  StorageClass,
} from '#model/kube';
import {
  breachBy,
  budgetBreachBy,
  claimsOnceOn,
  type ForecastView,
  forecastLoss,
  nodeBudget,
  STAYS_ANNOTATION,
} from './index.ts';
import { podInfo } from './pod-info.ts';

const noVolumes = { claim: () => undefined, volume: () => undefined, storageClass: () => undefined, unbound: () => [] };
const owner = (kind: string): OwnerReference[] => [
  { apiVersion: 'apps/v1', kind, name: 'owner', uid: `owner-${kind}`, controller: true },
];

function worker(name: string, more: Record<string, string> = {}): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10', ...more } },
  };
}

let serial = 0;
function pod(
  name: string,
  requests: Record<string, string>,
  more: { spec?: Partial<PodSpec>; owner?: string } = {},
): Pod {
  const labels = { app: name };
  const ownerReferences = more.owner === '' ? [] : owner(more.owner ?? 'ReplicaSet');
  return {
    metadata: { namespace: 'n', name, uid: `u${++serial}`, labels, ownerReferences },
    spec: { nodeName: 'wherever', containers: [{ name: 'c', resources: { requests } }], ...more.spec },
  };
}

function pair(
  placed: [Pod, string][],
  more: Partial<ForecastView> & { devices?: Record<string, string> } = {},
): ForecastView {
  return {
    nodes: [
      { node: worker('a-worker'), pinnedTo: 'node-a' },
      { node: worker('b-worker', more.devices), pinnedTo: 'node-b' },
    ],
    volumes: noVolumes,
    ...more,
    pods: placed.map(([each, on]) => ({
      info: podInfo({ ...each, spec: { ...each.spec, nodeName: on } as PodSpec }),
      on,
    })),
  };
}
const unfit = (view: ForecastView, loss = 'node-a'): string[] =>
  forecastLoss(view, loss).wouldNotFit.map(({ name, reason }) => `${name}: ${reason}`);

test('half of each node is survived, and more is not: those that do not fit are named by the scheduler', () => {
  const half: [Pod, string][] = [
    [pod('a', { cpu: '1' }), 'a-worker'],
    [pod('b', { cpu: '1' }), 'b-worker'],
  ];
  const forecast = forecastLoss(pair(half), 'node-a');
  assert.deepEqual([forecast.survives, forecast.wouldNotFit], [true, []]);
  assert.deepEqual(forecast.sums, [{ resource: 'cpu', allocatable: 2000, requestedNow: 1000, requestedThen: 2000 }]);
  const more = pair([...half, [pod('late', { cpu: '100m' }), 'a-worker']]);
  assert.deepEqual(unfit(more), ['late: Insufficient cpu']);
  assert.equal(forecastLoss(more, 'node-b').survives, false);
});

test('a machine that moves with the loss of its node stays, and takes what may be there', () => {
  const view = pair([
    [pod('a', { cpu: '2' }), 'a-worker'],
    [pod('b', { cpu: '2' }), 'b-worker'],
  ]);
  const master = { node: worker('master'), pinnedTo: undefined };
  assert.equal(forecastLoss({ ...view, nodes: [...view.nodes, master] }, 'node-a').survives, true);
});

test('who is more urgent is placed first, then who is older', () => {
  const placed = (name: string, priority: number): [Pod, string] => [
    pod(name, { cpu: '1500m' }, { spec: { priority } }),
    'a-worker',
  ];
  assert.deepEqual(
    unfit(pair([placed('low', 0), placed('high', 10)])).map((line) => line.split(':')[0]),
    ['low'],
  );
});

test('daemons have nowhere else to be, and bare pods end', () => {
  const forecast = forecastLoss(
    pair([
      [pod('daemon', { cpu: '2' }, { owner: 'DaemonSet' }), 'a-worker'],
      [pod('bare', { cpu: '2' }, { owner: '' }), 'a-worker'],
    ]),
    'node-a',
  );
  assert.deepEqual(forecast.wouldEnd, [{ namespace: 'n', name: 'bare' }]);
  assert.deepEqual([forecast.survives, forecast.sums], [true, []]);
});

test('a device that the survivor lacks, or has in use, is told as such', () => {
  const gpu = { 'nvidia.com/gpu': '1' };
  const view = (devices?: Record<string, string>, taken: [Pod, string][] = []) =>
    pair([[pod('model', gpu), 'a-worker'], ...taken], devices && { devices });
  assert.deepEqual(forecastLoss(view(gpu), 'node-a').wouldNotFit, []);
  for (const one of [view(), view(gpu, [[pod('other', gpu), 'b-worker']])])
    assert.equal(forecastLoss(one, 'node-a').wouldNotFit[0]?.device, 'nvidia.com/gpu');
});

test('who lacks a device alone is named, and costs nobody anything; who lacks room as well as others do is not excused by it', () => {
  const gpu = { 'nvidia.com/gpu': '1' };
  const lacking = pair([[pod('model', gpu), 'a-worker']]);
  assert.equal(forecastLoss(lacking, 'node-a').survives, true);
  const wanted = (requests: Record<string, string>) => ({ info: podInfo(pod('wanted', requests)), on: 'a-worker' });
  for (const requests of [{ cpu: '1' }, gpu]) assert.equal(breachBy(lacking, wanted(requests), ['node-a']), undefined);
  const crowded = pair([[pod('model', { ...gpu, cpu: '2' }), 'a-worker']], { devices: gpu });
  const breach = breachBy(crowded, { info: podInfo(pod('wanted', { cpu: '1' })), on: 'b-worker' }, ['node-a']);
  assert.match(breach?.clauses[1] ?? '', /^n\/model: Insufficient cpu$/, 'the survivor has the device free');
});

test('a pod that says so stays with its node, and one that tolerates everything is not taken for saved', () => {
  const annotated = (value: string): Pod => {
    const made = pod('stays', { cpu: '2' });
    return { ...made, metadata: { ...made.metadata, annotations: { [STAYS_ANNOTATION]: value } } };
  };
  const view = (made: Pod) =>
    pair([
      [made, 'a-worker'],
      [pod('b', { cpu: '1' }), 'b-worker'],
    ]);
  const stays = forecastLoss(view(annotated('true')), 'node-a');
  assert.deepEqual([stays.survives, stays.wouldEnd], [true, [{ namespace: 'n', name: 'stays' }]]);
  assert.equal(forecastLoss(view(annotated('no')), 'node-a').survives, false);
  const tolerant = pod('tolerant', { cpu: '2' }, { spec: { tolerations: [{ operator: 'Exists' }] } });
  assert.match(unfit(view(tolerant))[0] ?? '', /tolerates the taint of a lost node/);
});

test('all pods together may ask for a share of all nodes', () => {
  const view = pair([
    [pod('a', { cpu: '1500m', memory: '1Gi' }), 'a-worker'],
    [pod('b', { cpu: '250m' }), 'b-worker'],
  ]);
  assert.deepEqual(nodeBudget(view, 50), [
    { resource: 'cpu', allocatable: 4000, allowed: 2000, requested: 1750 },
    { resource: 'memory', allocatable: 8 * 2 ** 30, allowed: 4 * 2 ** 30, requested: 2 ** 30 },
  ]);
  const wanted = (requests: Record<string, string>) => ({ info: podInfo(pod('wanted', requests)), on: 'b-worker' });
  for (const fits of [{}, { cpu: '250m' }, { memory: '3Gi' }] as Record<string, string>[])
    assert.equal(budgetBreachBy(view, wanted(fits), 50), undefined);
  assert.equal(budgetBreachBy(view, wanted({ cpu: '1' }), 75), undefined);
  assert.match(
    budgetBreachBy(view, wanted({ cpu: '251m' }), 50)?.clauses[1] ?? '',
    /^cpu: 1.75 cores asked for so far, 0.25 cores more by this pod, of 2 cores \(the nodes have 4 cores in all\)$/,
  );
  const over = pair([[pod('a', { cpu: '2', memory: '8Gi' }), 'a-worker']]);
  assert.equal(budgetBreachBy(over, wanted({}), 50), undefined, 'who asks for nothing is not to blame');
});

test('a claim that waits for its pod is bound then, and leads where its volume is', () => {
  const claim: PersistentVolumeClaim = { metadata: { namespace: 'n', name: 'data' }, spec: { storageClassName: 'c' } };
  const waits: StorageClass = { metadata: { name: 'c' }, provisioner: 'p', volumeBindingMode: 'WaitForFirstConsumer' };
  const made: PersistentVolume = { metadata: { name: 'made' }, spec: { storageClassName: 'c' } };
  const volumes = { ...noVolumes, claim: () => claim, storageClass: () => waits, unbound: () => [made] };
  const mounts = { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } };
  const view = pair([], { volumes });
  const placed = (isNodeLocal: boolean) => ({
    info: podInfo(pod('db', {}, mounts)),
    on: 'a-worker',
    volumes: claimsOnceOn(volumes, {
      decision: { bind: [], provision: [claim] },
      node: worker('a-worker'),
      isNodeLocal: () => isNodeLocal,
    }),
  });
  assert.equal(breachBy(view, placed(false), ['node-a']), undefined);
  assert.match(breachBy(view, placed(true), ['node-a'])?.clauses[1] ?? '', /volume node affinity conflict/);
  const bound = claimsOnceOn(volumes, {
    decision: { bind: [{ claim, volume: made }], provision: [] },
    node: worker('a-worker'),
    isNodeLocal: () => true,
  });
  assert.equal(bound.claim('n', 'data')?.spec?.volumeName, 'made');
  assert.deepEqual([bound.volume('made'), bound.unbound('c')], [made, []]);
});

test('volumes that are the pod’s own are made anew with it', () => {
  const own = { spec: { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: {} } } }] } };
  assert.deepEqual(unfit(pair([[pod('worker', {}, own), 'a-worker']])), []);
});

test('volumes, affinity, ports and spread are judged too', () => {
  const volume: PersistentVolume = {
    metadata: { name: 'v' },
    spec: {
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['a-worker'] }] },
          ],
        },
      },
    },
  };
  const claim: PersistentVolumeClaim = {
    metadata: { name: 'data', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { volumeName: 'v' },
  };
  const volumes = { ...noVolumes, claim: () => claim, volume: () => volume };
  const mounts = { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } };
  assert.match(
    unfit(pair([[pod('db', {}, mounts), 'a-worker']], { volumes }))[0] ?? '',
    /volume node affinity conflict/,
  );
  const port = { spec: { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] } };
  const ports: [Pod, string][] = [
    [pod('one', {}, port), 'a-worker'],
    [pod('two', {}, port), 'b-worker'],
  ];
  assert.match(unfit(pair(ports))[0] ?? '', /free ports/);
  const apart = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' as const }] },
          },
        ],
      },
    },
  };
  const shy: [Pod, string][] = [
    [pod('x', {}, { spec: apart }), 'a-worker'],
    [pod('y', {}), 'b-worker'],
  ];
  assert.match(unfit(pair(shy))[0] ?? '', /anti-affinity/);
});

test('a pod that would cost the site a loss is refused with the arithmetic; one that fits, or changes nothing, is not', () => {
  const view = pair([
    [pod('a', { cpu: '1', memory: '2Gi' }), 'a-worker'],
    [pod('b', { cpu: '500m' }), 'b-worker'],
  ]);
  const wanted = (cpu: string) => ({ info: podInfo(pod('wanted', { cpu })), on: 'b-worker' });
  assert.equal(breachBy(view, wanted('500m'), ['node-a', 'node-b']), undefined);
  const breach = breachBy(view, wanted('600m'), ['node-a', 'node-b']);
  assert.deepEqual(breach?.clauses, [
    'after the loss of node-a there would be no room for n/a',
    'n/a: Insufficient cpu',
    'cpu: 2.1 cores asked for then, of 2 cores that are left',
  ]);
  const broken = pair([
    [pod('a', { cpu: '2' }), 'a-worker'],
    [pod('b', { cpu: '1' }), 'b-worker'],
  ]);
  assert.equal(breachBy(broken, { info: podInfo(pod('small', {})), on: 'b-worker' }, ['node-a', 'node-b']), undefined);
});
