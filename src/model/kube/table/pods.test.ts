// The words of a pod's STATUS, and its restarts.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '#model/kube';
import { tableOf } from '#model/kube/table';

const NOW = Date.UTC(2026, 0, 10);
const before = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

function podRow(pod: { metadata?: object; spec?: object; status?: object }) {
  const object = {
    metadata: { name: 'x', creationTimestamp: before(60), ...pod.metadata },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...pod.spec },
    status: pod.status,
  } as KubeObject;
  const table = tableOf({ resource: { group: '', resource: 'pods' }, objects: [object], now: NOW });
  const [row] = table.rows;
  return {
    ready: row?.cells[1],
    status: row?.cells[2],
    restarts: row?.cells[3],
    wide: row?.cells.slice(5),
    conditions: row?.conditions,
  };
}

const running = (name: string, more: object = {}) => ({
  name,
  ready: true,
  restartCount: 0,
  started: true,
  state: { running: {} },
  ...more,
});
const waiting = (name: string, reason: string, more: object = {}) => ({
  name,
  ready: false,
  restartCount: 0,
  state: { waiting: { reason } },
  ...more,
});
const ended = (name: string, terminated: object, more: object = {}) => ({
  name,
  ready: false,
  restartCount: 0,
  state: { terminated },
  ...more,
});
const initSpec = { initContainers: [{ name: 'i' }, { name: 'j' }] };
const sidecarSpec = { initContainers: [{ name: 's', restartPolicy: 'Always' }, { name: 'j' }] };

const words: [status: string, ready: string, pod: { metadata?: object; spec?: object; status?: object }][] = [
  ['Pending', '0/2', { status: { phase: 'Pending' } }],
  ['Evicted', '0/2', { status: { phase: 'Failed', reason: 'Evicted' } }],
  [
    'SchedulingGated',
    '0/2',
    {
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    },
  ],
  [
    'ContainerCreating',
    '0/2',
    {
      status: {
        phase: 'Pending',
        containerStatuses: [waiting('a', 'ContainerCreating'), waiting('b', 'ContainerCreating')],
      },
    },
  ],
  ['Running', '2/2', { status: { phase: 'Running', containerStatuses: [running('a'), running('b')] } }],
  [
    'CrashLoopBackOff',
    '1/2',
    { status: { phase: 'Running', containerStatuses: [waiting('a', 'CrashLoopBackOff'), running('b')] } },
  ],
  [
    'Error',
    '1/2',
    { status: { phase: 'Running', containerStatuses: [ended('a', { exitCode: 1, reason: 'Error' }), running('b')] } },
  ],
  [
    'ExitCode:3',
    '1/2',
    { status: { phase: 'Running', containerStatuses: [ended('a', { exitCode: 3 }), running('b')] } },
  ],
  [
    'Signal:9',
    '1/2',
    { status: { phase: 'Running', containerStatuses: [ended('a', { exitCode: 137, signal: 9 }), running('b')] } },
  ],
  [
    'Completed',
    '0/2',
    {
      status: {
        phase: 'Succeeded',
        containerStatuses: [
          ended('a', { exitCode: 0, reason: 'Completed' }),
          ended('b', { exitCode: 0, reason: 'Completed' }),
        ],
      },
    },
  ],
  [
    'NotReady',
    '1/2',
    {
      status: { phase: 'Running', containerStatuses: [ended('a', { exitCode: 0, reason: 'Completed' }), running('b')] },
    },
  ],
  [
    'Running',
    '1/2',
    {
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [ended('a', { exitCode: 0, reason: 'Completed' }), running('b')],
      },
    },
  ],
  [
    'Init:0/2',
    '0/2',
    {
      spec: initSpec,
      status: { phase: 'Pending', initContainerStatuses: [running('i'), waiting('j', 'PodInitializing')] },
    },
  ],
  [
    'Init:1/2',
    '0/2',
    {
      spec: initSpec,
      status: {
        phase: 'Pending',
        initContainerStatuses: [ended('i', { exitCode: 0 }), waiting('j', 'PodInitializing')],
      },
    },
  ],
  [
    'Init:ImagePullBackOff',
    '0/2',
    { spec: initSpec, status: { phase: 'Pending', initContainerStatuses: [waiting('i', 'ImagePullBackOff')] } },
  ],
  [
    'Init:Error',
    '0/2',
    {
      spec: initSpec,
      status: { phase: 'Pending', initContainerStatuses: [ended('i', { exitCode: 1, reason: 'Error' })] },
    },
  ],
  [
    'Init:ExitCode:2',
    '0/2',
    { spec: initSpec, status: { phase: 'Pending', initContainerStatuses: [ended('i', { exitCode: 2 })] } },
  ],
  [
    'Init:1/2',
    '1/3',
    {
      spec: sidecarSpec,
      status: { phase: 'Pending', initContainerStatuses: [running('s'), waiting('j', 'PodInitializing')] },
    },
  ],
  [
    'Running',
    '3/3',
    {
      spec: sidecarSpec,
      status: {
        phase: 'Running',
        initContainerStatuses: [running('s'), ended('j', { exitCode: 0 })],
        containerStatuses: [running('a'), running('b')],
      },
    },
  ],
  [
    'Terminating',
    '2/2',
    {
      metadata: { deletionTimestamp: before(1) },
      status: { phase: 'Running', containerStatuses: [running('a'), running('b')] },
    },
  ],
  ['Unknown', '0/2', { metadata: { deletionTimestamp: before(1) }, status: { phase: 'Running', reason: 'NodeLost' } }],
  ['Failed', '0/2', { metadata: { deletionTimestamp: before(1) }, status: { phase: 'Failed' } }],
];

describe('pods', () => {
  for (const [status, ready, pod] of words)
    it(`${status} ${ready}`, () => {
      const row = podRow(pod);
      assert.deepEqual([row.status, row.ready], [status, ready]);
    });

  const last = (seconds: number) => ({ lastState: { terminated: { exitCode: 1, finishedAt: before(seconds) } } });
  const restarts: [text: string, pod: { spec?: object; status?: object }][] = [
    ['0', { status: { containerStatuses: [running('a')] } }],
    ['3', { status: { containerStatuses: [running('a', { restartCount: 3 })] } }],
    [
      '3 (5m ago)',
      {
        status: {
          containerStatuses: [
            running('a', { restartCount: 1, ...last(900) }),
            running('b', { restartCount: 2, ...last(300) }),
          ],
        },
      },
    ],
    [
      '2 (30s ago)',
      {
        spec: initSpec,
        status: { initContainerStatuses: [waiting('i', 'CrashLoopBackOff', { restartCount: 2, ...last(30) })] },
      },
    ],
    // Restarts of init containers count no more once they are through; those of sidecars do.
    [
      '1',
      {
        spec: initSpec,
        status: {
          initContainerStatuses: [ended('i', { exitCode: 0 }, { restartCount: 4 })],
          containerStatuses: [running('a', { restartCount: 1 })],
        },
      },
    ],
    [
      '5',
      {
        spec: sidecarSpec,
        status: {
          initContainerStatuses: [running('s', { restartCount: 4 })],
          containerStatuses: [running('a', { restartCount: 1 })],
        },
      },
    ],
  ];
  for (const [text, pod] of restarts) it(`restarts ${text}`, () => assert.equal(podRow(pod).restarts, text));

  it('wide columns', () => {
    const gates = [{ conditionType: 'g' }, { conditionType: 'h' }];
    const status = { podIPs: [{ ip: '1.1.1.1' }], nominatedNodeName: 'm', conditions: [{ type: 'g', status: 'True' }] };
    assert.deepEqual(podRow({ spec: { nodeName: 'n', readinessGates: gates }, status }).wide, [
      '1.1.1.1',
      'n',
      'm',
      '1/2',
    ]);
    assert.deepEqual(podRow({}).wide, ['<none>', '<none>', '<none>', '<none>']);
  });

  it('conditions of rows that are done', () => {
    assert.equal(podRow({ status: { phase: 'Succeeded' } }).conditions?.[0]?.reason, 'Succeeded');
    assert.equal(podRow({ status: { phase: 'Failed' } }).conditions?.[0]?.reason, 'Failed');
    assert.equal(podRow({ status: { phase: 'Running' } }).conditions, undefined);
  });
});
