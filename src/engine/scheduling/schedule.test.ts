// Placement by tables: each filter with its wording, requests, volumes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#base';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, PodSpec, StorageClass } from '#model/kube';
import { cluster } from './cluster.ts';
import { podInfo } from './pod-info.ts';
import { podRequests } from './pod-requests.ts';
import { schedulePod } from './schedule.ts';

const noVolumes = { claim: () => undefined, volume: () => undefined, storageClass: () => undefined, unbound: () => [] };
let serial = 0;

function node(name: string, zone: string, more: Partial<Node['spec']> = {}): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } },
    spec: more,
    status: { allocatable: { cpu: '1', memory: '1Gi', pods: '4' } },
  };
}

function pod(spec: Partial<PodSpec> = {}, labels: Record<string, string> = { app: 'web' }): Pod {
  return {
    metadata: { namespace: 'n', name: 'p', uid: `u${++serial}`, labels },
    spec: { containers: [{ name: 'c' }], ...spec },
  };
}

function site(
  nodes: Node[],
  placed: [Pod, string][] = [],
  volumes: Parameters<typeof schedulePod>[2]['volumes'] = noVolumes,
) {
  const state = cluster();
  for (const each of nodes) state.setNode(each);
  for (const [each, name] of placed) state.addPod(podInfo(each), name);
  return (wanted: Pod) => {
    const decision = schedulePod(podInfo(wanted), state, { volumes, random: seededRandom(1) });
    return decision.kind === 'placed' ? decision.node : decision.message;
  };
}

const asks = (requests: Record<string, string>): Partial<PodSpec> => ({
  containers: [{ name: 'c', resources: { requests } }],
});
const spread = (more: object): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...more,
    },
  ],
});
const term = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'topology.kubernetes.io/zone' };
const near = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
const port = { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] };
const two = [node('a', 'x'), node('b', 'y')];

const cases: [what: string, place: ReturnType<typeof site>, wanted: Pod, answer: string][] = [
  ['no node', site([]), pod(), 'no nodes available to schedule pods'],
  [
    'too much',
    site(two),
    pod(asks({ cpu: '2', memory: '2Gi' })),
    '0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory.',
  ],
  ['unknown resource', site(two), pod(asks({ 'x.io/gpu': '1' })), '0/2 nodes are available: 2 Insufficient x.io/gpu.'],
  ['the free one', site(two, [[pod(asks({ cpu: '800m' })), 'a']]), pod(asks({ cpu: '500m' })), 'b'],
  [
    'mixed reasons',
    site([
      node('a', 'x', { unschedulable: true }),
      node('b', 'y', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }),
    ]),
    pod(),
    '0/2 nodes are available: 1 node(s) had untolerated taint {k: v}, 1 node(s) were unschedulable.',
  ],
  [
    'tolerated',
    site([node('b', 'y', { taints: [{ key: 'k', effect: 'NoSchedule' }] })]),
    pod({ tolerations: [{ key: 'k', operator: 'Exists' }] }),
    'b',
  ],
  ['selector', site(two), pod({ nodeSelector: { 'topology.kubernetes.io/zone': 'y' } }), 'b'],
  [
    'no such node',
    site(two),
    pod({ nodeSelector: { no: 'such' } }),
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
  ],
  ['port taken', site(two, [[pod(port), 'a']]), pod(port), 'b'],
  [
    'full',
    site(
      [node('a', 'x')],
      [1, 2, 3, 4].map(() => [pod(), 'a']),
    ),
    pod(),
    '0/1 nodes are available: 1 Too many pods.',
  ],
  ['spread', site(two, [[pod(), 'a']]), pod(spread({})), 'b'],
  [
    'spread over too few domains',
    site(two, [
      [pod(), 'a'],
      [pod(), 'b'],
    ]),
    pod(spread({ minDomains: 3 })),
    "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.",
  ],
  [
    'spread without the label',
    site([node('a', 'x')]),
    pod(spread({ topologyKey: 'rack' })),
    "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
  ],
  [
    'spread counts only pods of the same revision',
    site(two, [
      [pod({}, { app: 'web', rev: '1' }), 'a'],
      [pod({}, { app: 'web', rev: '2' }), 'b'],
    ]),
    pod(spread({ matchLabelKeys: ['rev'] }), { app: 'web', rev: '1' }),
    'b',
  ],
  ['near', site(two, [[pod(), 'b']]), pod(near, { app: 'other' }), 'b'],
  [
    'near nobody',
    site(two),
    pod(near, { app: 'other' }),
    "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.",
  ],
  ['near its own kind, the first', site([node('a', 'x')]), pod(near), 'a'],
  ['apart', site(two, [[pod(), 'a']]), pod(apart), 'b'],
  [
    'others want to be apart from it',
    site([node('a', 'x')], [[pod(apart), 'a']]),
    pod(),
    "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  ],
];

for (const [what, place, wanted, answer] of cases) test(`place: ${what}`, () => assert.equal(place(wanted), answer));

test('a pod that leaves gives back all it took', () => {
  const state = cluster();
  state.setNode(node('a', 'x'));
  const info = podInfo(pod({ ...asks({ cpu: '1' }), ...apart }));
  const query = { id: 'all', matches: () => true };
  assert.equal(state.count(query).get('a'), undefined);
  state.addPod(info, 'a');
  assert.equal(state.count(query).get('a'), 1);
  state.removePod(info.uid);
  const place = state.nodes.get('a');
  assert.deepEqual(
    [[...(place?.requested ?? [])], [...state.placedTerms('antiAffinity')], [...state.count(query)]],
    [[], [], []],
  );
});

test('requests: init containers count by the largest, sidecars with all after them, overhead on top', () => {
  const container = (cpu: string, restartPolicy?: string) => ({
    name: 'c',
    resources: { requests: { cpu } },
    ...(restartPolicy ? { restartPolicy } : {}),
  });
  const cpu = (spec: PodSpec) => podRequests(spec).get('cpu');
  const containers = [container('100m'), container('200m')];
  assert.equal(cpu({ containers }), 300);
  assert.equal(cpu({ containers, initContainers: [container('500m'), container('250m')] }), 500);
  assert.equal(cpu({ containers, initContainers: [container('100m', 'Always'), container('500m')] }), 600);
  assert.equal(cpu({ containers, overhead: { cpu: '50m' } }), 350);
  assert.equal(cpu({ containers, resources: { requests: { cpu: '1' } } }), 1000);
});

test('volumes: bound ones lead to their node, waiting ones are found or made', () => {
  const claimed = pod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] });
  const local = (name: string, host: string): PersistentVolume => ({
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 's',
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] },
          ],
        },
      },
    },
  });
  const claim: PersistentVolumeClaim = {
    metadata: { namespace: 'n', name: 'c', uid: 'cu' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 's', resources: { requests: { storage: '1Gi' } } },
  };
  const bound = {
    ...claim,
    metadata: { ...claim.metadata, annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { ...claim.spec, volumeName: 'pv' },
  };
  const waits = (provisioner: string): StorageClass => ({
    metadata: { name: 's' },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const view = (more: object) => ({ ...noVolumes, claim: () => claim, ...more });
  const answer = (volumes: object) => site(two, [], view(volumes))(claimed);
  assert.equal(answer({ claim: () => undefined }), '0/2 nodes are available: persistentvolumeclaim "c" not found.');
  assert.equal(answer({}), '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.');
  assert.equal(answer({ claim: () => bound, volume: () => local('pv', 'b') }), 'b');
  assert.equal(
    answer({ claim: () => bound, volume: () => local('pv', 'z') }),
    '0/2 nodes are available: 2 node(s) had volume node affinity conflict.',
  );
  const none = () => waits('kubernetes.io/no-provisioner');
  assert.equal(answer({ storageClass: none, unbound: () => [local('pv', 'b')] }), 'b');
  assert.equal(
    answer({ storageClass: none }),
    "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.",
  );
  const given = {
    ...claim,
    metadata: { ...claim.metadata, annotations: { 'volume.kubernetes.io/selected-node': 'a' } },
  };
  assert.equal(answer({ claim: () => given, storageClass: () => waits('x.io/y') }), 'a');
});

test('volumes: one that stands on every node is used on one at a time, unless its claim says otherwise', () => {
  const claimed = () => pod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] });
  const volume: PersistentVolume = {
    metadata: { name: 'pv' },
    spec: { csi: { driver: 'replicated.holdfast.dev', volumeHandle: 'cu' } },
  };
  const view = (mode: string, found: PersistentVolume = volume) => ({
    ...noVolumes,
    volume: () => found,
    claim: () => ({
      metadata: { namespace: 'n', name: 'c', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { accessModes: [mode], volumeName: 'pv' },
    }),
  });
  const full = { ...node('a', 'x'), spec: { unschedulable: true } };
  const others = [full, node('b', 'y')];
  const refused =
    '0/2 nodes are available: 1 node(s) had a ReadWriteOnce volume in use on another node, 1 node(s) were unschedulable.';
  assert.equal(site(others, [[claimed(), 'a']], view('ReadWriteOnce'))(claimed()), refused);
  assert.equal(site(others, [[claimed(), 'b']], view('ReadWriteOnce'))(claimed()), 'b');
  assert.equal(site(others, [], view('ReadWriteOnce'))(claimed()), 'b');
  assert.equal(site(others, [[claimed(), 'a']], view('ReadWriteMany'))(claimed()), 'b');
  const foreign = { ...volume, spec: { csi: { driver: 'other.example', volumeHandle: 'cu' } } };
  assert.equal(site(others, [[claimed(), 'a']], view('ReadWriteOnce', foreign))(claimed()), 'b');
});
