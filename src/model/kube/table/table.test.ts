// What kubectl get shows, kind by kind.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KubeObject, resourceFacts } from '#model/kube';
import { durationText, partialMetadataListOf, partialMetadataOf, sinceText, tableOf } from '#model/kube/table';
import { tabledResources } from './kinds.ts';

const NOW = Date.UTC(2026, 0, 10);
const before = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
const CREATED = before(3600 * 5);

/** The row of one object; `wide` is the part that only wide listings show. */
function row(name: string, object: object): { cells: unknown[]; wide: unknown[] } {
  const [group = '', resource = ''] = name.split('/');
  const metadata = { name: 'x', creationTimestamp: CREATED, ...(object as KubeObject).metadata };
  const table = tableOf({ resource: { group, resource }, objects: [{ ...object, metadata }], now: NOW });
  const cells = table.rows[0]?.cells ?? [];
  const isWide = (i: number) => table.columnDefinitions[i]?.priority === 1;
  return { cells: cells.filter((_, i) => !isWide(i)), wide: cells.filter((_, i) => isWide(i)) };
}

const containers = [
  { name: 'a', image: 'i' },
  { name: 'b', image: 'j' },
];
const template = { spec: { containers } };
const selector = {
  matchLabels: { z: '1', app: 'w' },
  matchExpressions: [{ key: 'k', operator: 'In', values: ['b', 'a'] }],
};
const query = 'app=w,k in (a,b),z=1';

const rows: [name: string, object: object, cells: unknown[], wide?: unknown[]][] = [
  ['/configmaps', { data: { a: '1' }, binaryData: { b: '' } }, ['x', 2, '5h']],
  ['/secrets', { type: 'Opaque', data: { a: '' } }, ['x', 'Opaque', 1, '5h']],
  ['/serviceaccounts', { secrets: [{}] }, ['x', 1, '5h']],
  ['/namespaces', { status: { phase: 'Active' } }, ['x', 'Active', '5h']],
  [
    '/services',
    {
      spec: {
        type: 'NodePort',
        clusterIPs: ['1.1.1.1'],
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
        selector: { a: 'b' },
      },
    },
    ['x', 'NodePort', '1.1.1.1', '<none>', '80:30080/TCP,53/UDP', '5h'],
    ['a=b'],
  ],
  [
    '/services',
    {
      spec: { type: 'LoadBalancer', clusterIPs: ['1.1.1.1'], externalIPs: ['9.9.9.9'] },
      status: { loadBalancer: { ingress: [{ ip: '3.3.3.3' }, { hostname: 'h' }] } },
    },
    ['x', 'LoadBalancer', '1.1.1.1', '3.3.3.3,h,9.9.9.9', '<none>', '5h'],
    ['<none>'],
  ],
  [
    '/services',
    { spec: { type: 'LoadBalancer', clusterIPs: ['None'] } },
    ['x', 'LoadBalancer', 'None', '<pending>', '<none>', '5h'],
    ['<none>'],
  ],
  [
    '/services',
    { spec: { type: 'ExternalName', externalName: 'e.org' } },
    ['x', 'ExternalName', '<none>', 'e.org', '<none>', '5h'],
    ['<none>'],
  ],
  [
    '/endpoints',
    { subsets: [{ addresses: [{ ip: '1.1.1.1' }, { ip: 'fd::1' }], ports: [{ port: 1 }, { port: 2 }] }] },
    ['x', '1.1.1.1:1,[fd::1]:1,1.1.1.1:2 + 1 more...', '5h'],
  ],
  ['/endpoints', {}, ['x', '<none>', '5h']],
  [
    'discovery.k8s.io/endpointslices',
    { addressType: 'IPv4', ports: [{ port: 80 }, { name: 'n' }, {}], endpoints: [{ addresses: ['1.1.1.1'] }] },
    ['x', 'IPv4', '80,n,*', '1.1.1.1', '5h'],
  ],
  [
    '/nodes',
    {
      metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'edge' } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: { kubeletVersion: 'v1', osImage: 'os', kernelVersion: 'k', containerRuntimeVersion: 'c' },
      },
    },
    ['x', 'Ready,SchedulingDisabled', 'edge,worker', '5h', 'v1'],
    ['10.0.0.1', '<none>', 'os', 'k', 'c'],
  ],
  [
    '/nodes',
    { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    ['x', 'NotReady', '<none>', '5h', ''],
    ['<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  ],
  [
    'apps/deployments',
    {
      spec: { replicas: 3, template, selector },
      status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 },
    },
    ['x', '1/3', 2, 1, '5h'],
    ['a,b', 'i,j', query],
  ],
  [
    'apps/replicasets',
    { spec: { replicas: 3, template, selector }, status: { replicas: 2, readyReplicas: 1 } },
    ['x', 3, 2, 1, '5h'],
    ['a,b', 'i,j', query],
  ],
  [
    'apps/statefulsets',
    { spec: { replicas: 3, template }, status: { readyReplicas: 1 } },
    ['x', '1/3', '5h'],
    ['a,b', 'i,j'],
  ],
  [
    'apps/daemonsets',
    { spec: { template, selector }, status: { desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 1 } },
    ['x', 2, 2, 1, 0, 0, '<none>', '5h'],
    ['a,b', 'i,j', query],
  ],
  [
    'apps/controllerrevisions',
    {
      revision: 3,
      metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', controller: true }] },
    },
    ['x', 'daemonset.apps/d', 3, '5h'],
  ],
  [
    'batch/jobs',
    {
      spec: { completions: 2, template },
      status: {
        succeeded: 2,
        startTime: before(100),
        completionTime: before(70),
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    },
    ['x', 'Complete', '2/2', '30s', '5h'],
    ['a,b', 'i,j', '<none>'],
  ],
  [
    'batch/jobs',
    { spec: { parallelism: 3, template }, status: { startTime: before(100) } },
    ['x', 'Running', '0/1 of 3', '100s', '5h'],
    ['a,b', 'i,j', '<none>'],
  ],
  [
    'batch/cronjobs',
    {
      spec: { schedule: '* * * * *', suspend: false, jobTemplate: { spec: { template } } },
      status: { active: [{}], lastScheduleTime: before(30) },
    },
    ['x', '* * * * *', '<none>', 'False', 1, '30s', '5h'],
    ['a,b', 'i,j', '<none>'],
  ],
  [
    '/persistentvolumes',
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'n', name: 'c' },
        storageClassName: 's',
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Bound' },
    },
    ['x', '1Gi', 'RWO,RWX', 'Delete', 'Bound', 'n/c', 's', '<unset>', '', '5h'],
    ['Filesystem'],
  ],
  [
    '/persistentvolumeclaims',
    {
      spec: { volumeName: 'v', storageClassName: 's' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOncePod'] },
    },
    ['x', 'Bound', 'v', '1Gi', 'RWOP', 's', '<unset>', '5h'],
    ['<unset>'],
  ],
  [
    '/persistentvolumeclaims',
    { metadata: { deletionTimestamp: CREATED }, spec: {}, status: { phase: 'Pending' } },
    ['x', 'Terminating', '', '', '', '', '<unset>', '5h'],
    ['<unset>'],
  ],
  [
    'storage.k8s.io/storageclasses',
    { metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'p' },
    ['x (default)', 'p', 'Delete', 'Immediate', false, '5h'],
  ],
  [
    'networking.k8s.io/ingresses',
    { spec: { tls: [{}], rules: [{ host: 'a' }, { host: 'b' }, { host: 'c' }, { host: 'd' }, {}] } },
    ['x', '<none>', 'a,b,c + 2 more...', '', '80, 443', '5h'],
  ],
  ['networking.k8s.io/networkpolicies', { spec: { podSelector: {} } }, ['x', '<none>', '5h']],
  [
    'networking.k8s.io/ipaddresses',
    { spec: { parentRef: { group: '', resource: 'services', namespace: 'd', name: 'k' } } },
    ['x', 'services/d/k'],
  ],
  [
    'policy/poddisruptionbudgets',
    { spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 1 } },
    ['x', '50%', 'N/A', 1, '5h'],
  ],
  ['rbac.authorization.k8s.io/roles', {}, ['x', CREATED]],
  [
    'rbac.authorization.k8s.io/rolebindings',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', namespace: 'n', name: 's' },
      ],
    },
    ['x', 'Role/r', '5h'],
    ['u', '', 'n/s'],
  ],
  [
    'certificates.k8s.io/certificatesigningrequests',
    {
      spec: { signerName: 's', username: 'u', expirationSeconds: 86400 },
      status: { certificate: 'c', conditions: [{ type: 'Approved' }] },
    },
    ['x', '5h', 's', 'u', '24h', 'Approved,Issued'],
  ],
  ['coordination.k8s.io/leases', { spec: { holderIdentity: 'h' } }, ['x', 'h', '5h']],
  ['scheduling.k8s.io/priorityclasses', { value: 7, preemptionPolicy: 'Never' }, ['x', 7, false, '5h', 'Never']],
  [
    '/resourcequotas',
    { status: { hard: { pods: '4', 'limits.cpu': '2' }, used: { pods: '1' } } },
    ['x', 'pods: 1/4', 'limits.cpu: 0/2', '5h'],
  ],
  [
    'autoscaling/horizontalpodautoscalers',
    {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        maxReplicas: 5,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        ],
      },
      status: {
        currentReplicas: 2,
        currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 50 } } }],
      },
    },
    ['x', 'Deployment/d', 'cpu: 50%/80%', '<unset>', 5, 2, '5h'],
  ],
  [
    'autoscaling/horizontalpodautoscalers',
    {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        minReplicas: 1,
        maxReplicas: 5,
        targetCPUUtilizationPercentage: 80,
      },
    },
    ['x', 'Deployment/d', 'cpu: <unknown>/80%', '1', 5, 0, '5h'],
  ],
  [
    '/events',
    {
      lastTimestamp: before(90),
      firstTimestamp: before(600),
      count: 3,
      type: 'Normal',
      reason: 'R',
      message: ' m\n',
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'f' },
      source: { component: 'c', host: 'h' },
    },
    ['90s', 'Normal', 'R', 'pod/p', 'm'],
    ['f', 'c, h', '10m', 3, 'x'],
  ],
  [
    'events.k8s.io/events',
    {
      eventTime: before(90),
      type: 'Normal',
      reason: 'R',
      note: 'm',
      regarding: { kind: 'Pod', name: 'p' },
      reportingController: 'c',
      reportingInstance: 'i',
    },
    ['90s', 'Normal', 'R', 'pod/p', 'm'],
    ['', 'c, i', '90s', 1, 'x'],
  ],
  [
    'resource.k8s.io/resourceclaims',
    { status: { allocation: {}, reservedFor: [{}] } },
    ['x', 'allocated,reserved', '5h'],
  ],
  [
    'apiregistration.k8s.io/apiservices',
    {
      spec: { service: { namespace: 'n', name: 's' } },
      status: { conditions: [{ type: 'Available', status: 'False', reason: 'Gone' }] },
    },
    ['x', 'n/s', 'False (Gone)', '5h'],
  ],
  [
    'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
    {
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 5,
          limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 2, queueLengthLimit: 3 } },
        },
      },
    },
    ['x', 'Limited', 5, 1, 2, 3, '5h'],
  ],
];

describe('rows', () => {
  for (const [name, object, cells, wide = []] of rows)
    it(`${name}: ${cells.join(' ').slice(0, 60)}`, () => assert.deepEqual(row(name, object), { cells, wide }));

  it('every resource has a table, and an object without its parts breaks none', () => {
    const listed = resourceFacts.filter((facts) => facts.verbs.includes('list'));
    for (const resource of listed)
      for (const object of [{}, { metadata: { name: 'x' }, spec: {}, status: {} }] as KubeObject[]) {
        const table = tableOf({ resource, objects: [object], now: NOW });
        assert.equal(table.rows[0]?.cells.length, table.columnDefinitions.length, resource.resource);
        assert.ok(!table.rows[0]?.cells.includes(undefined as never), resource.resource);
      }
    const known = new Set(resourceFacts.map((facts) => `${facts.group}/${facts.resource}`));
    for (const name of tabledResources())
      assert.ok(known.has(name) || name === '/componentstatuses' || name === 'autoscaling/scales', name);
  });
});

describe('tables', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', creationTimestamp: CREATED },
    data: { a: '1' },
  } as KubeObject;
  const resource = { group: '', resource: 'configmaps' };
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };

  it('carry what is asked for', () => {
    const included = (includeObject?: 'None' | 'Metadata' | 'Object') =>
      tableOf({ resource, objects: [object], now: NOW, ...(includeObject ? { includeObject } : {}) }).rows[0]?.object;
    assert.equal(included('None'), null);
    assert.deepEqual(included('Metadata'), partial);
    assert.deepEqual(included(), partial);
    assert.equal(included('Object'), object);
  });

  it('have the form of the API', () => {
    const table = tableOf({
      resource,
      objects: [],
      metadata: { resourceVersion: '7', continue: 'c', remainingItemCount: 3 },
      now: NOW,
    });
    assert.equal(table.kind, 'Table');
    assert.equal(table.apiVersion, 'meta.k8s.io/v1');
    assert.deepEqual(table.metadata, { resourceVersion: '7', continue: 'c', remainingItemCount: 3 });
    assert.deepEqual(table.rows, []);
    assert.deepEqual(
      table.columnDefinitions.map(({ name, type, format, priority }) => [name, type, format, priority]),
      [
        ['Name', 'string', 'name', 0],
        ['Data', 'string', '', 0],
        ['Age', 'string', '', 0],
      ],
    );
    assert.deepEqual(tableOf({ resource, objects: [object], withoutColumns: true, now: NOW }).columnDefinitions, []);
  });

  it('show the age of custom resources and the creation of others', () => {
    const columns = (custom: boolean) =>
      tableOf({ resource: { group: 'x', resource: 'y', custom }, objects: [object], now: NOW });
    assert.deepEqual(columns(true).rows[0]?.cells, ['x', '5h']);
    assert.deepEqual(columns(false).rows[0]?.cells, ['x', CREATED]);
  });

  it('sort flow schemas in the order in which they are tried', () => {
    const schema = (name: string, matchingPrecedence: number) =>
      ({ metadata: { name }, spec: { matchingPrecedence } }) as KubeObject;
    const table = tableOf({
      resource: { group: 'flowcontrol.apiserver.k8s.io', resource: 'flowschemas' },
      objects: [schema('c', 2), schema('b', 1), schema('a', 2)],
      now: NOW,
    });
    assert.deepEqual(
      table.rows.map((r) => r.cells[0]),
      ['b', 'a', 'c'],
    );
  });

  it('metadata alone', () => {
    assert.deepEqual(partialMetadataOf(object), partial);
    assert.deepEqual(partialMetadataListOf([object], { resourceVersion: '1' }), {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '1' },
      items: [partial],
    });
  });
});

describe('durations', () => {
  const MINUTE = 60;
  const HOUR = 3600;
  const DAY = 24 * HOUR;
  const cases: [seconds: number, text: string][] = [
    [-2, '<invalid>'],
    [-1, '0s'],
    [0, '0s'],
    [119, '119s'],
    [2 * MINUTE, '2m'],
    [3 * MINUTE + 20, '3m20s'],
    [10 * MINUTE + 59, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [5 * HOUR + 7 * MINUTE, '5h7m'],
    [8 * HOUR + 30 * MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [2 * DAY, '2d'],
    [2 * DAY + 3 * HOUR, '2d3h'],
    [8 * DAY + 5 * HOUR, '8d'],
    [400 * DAY, '400d'],
    [729 * DAY, '729d'],
    [730 * DAY, '2y'],
    [740 * DAY, '2y10d'],
    [8 * 365 * DAY + 5 * DAY, '8y'],
  ];
  for (const [seconds, text] of cases) it(text, () => assert.equal(durationText(seconds * 1000), text));
  it('since nothing', () => {
    assert.equal(sinceText(undefined, NOW), '<unknown>');
    assert.equal(sinceText('nonsense', NOW), '<unknown>');
  });
});
