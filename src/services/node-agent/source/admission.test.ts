// Which pods a node takes, and what it says of the others.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Pod, PodSpec } from '#model/kube';
import { admitPod, type Place, resizeHeld } from './admission.ts';

const node: Node = {
  metadata: { name: 'n', labels: { disk: 'fast' } },
  spec: { taints: [{ key: 'gone', effect: 'NoExecute' }] },
};
const allocatable = { cpu: '2', memory: '1Gi', pods: '2' };
const tolerations = [{ key: 'gone', operator: 'Exists' }];
const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i' }], tolerations, ...spec },
});
const asking = (cpu: string): Pod => pod({ containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] });
const listening = (port: number, more: object = {}): Pod =>
  pod({ containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: port, ...more }] }] });
const place = (others: Pod[] = [], of: Node | undefined = node): Place => ({ node: of, allocatable, others });

test('a pod is refused for the first thing that does not fit', () => {
  const cases: [string, Pod, Place, string | undefined][] = [
    ['fits', pod(), place(), undefined],
    ['wants another label', pod({ nodeSelector: { disk: 'slow' } }), place(), 'NodeAffinity'],
    ['label, node unknown', pod({ nodeSelector: { disk: 'slow' } }), { ...place(), node: undefined }, undefined],
    ['does not tolerate', pod({ tolerations: [] }), place(), 'TaintToleration'],
    ['too much CPU', asking('3'), place(), 'OutOfcpu'],
    ['too much beside another', asking('1500m'), place([asking('1')]), 'OutOfcpu'],
    ['just fits beside another', asking('1'), place([asking('1')]), undefined],
    ['too many pods', pod(), place([pod(), pod()]), 'OutOfpods'],
    ['a port that is taken', listening(80), place([listening(80)]), 'NodePorts'],
    [
      'the same port on other addresses',
      listening(80, { hostIP: '10.0.0.1' }),
      place([listening(80, { hostIP: '10.0.0.2' })]),
      undefined,
    ],
    ['the same port of another protocol', listening(80, { protocol: 'UDP' }), place([listening(80)]), undefined],
    ['another system', pod({ os: { name: 'windows' } }), place(), 'PodOSNotSupported'],
    [
      'a sysctl of the whole node',
      pod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
      place(),
      'SysctlForbidden',
    ],
    [
      'a sysctl of its own',
      pod({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] } }),
      place(),
      undefined,
    ],
  ];
  for (const [title, given, where, reason] of cases) equal(admitPod(given, where)?.reason, reason, title);
});

test('a refusal for want of room says how much', () => {
  deepEqual(admitPod(asking('1500m'), place([asking('1')])), {
    reason: 'OutOfcpu',
    message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
  });
});

test('a resize is held for ever, for now, or not at all', () => {
  equal(resizeHeld(asking('3'), place())?.reason, 'Infeasible');
  equal(resizeHeld(asking('2'), place([asking('1')]))?.reason, 'Deferred');
  equal(resizeHeld(asking('1'), place([asking('1')])), undefined);
});
