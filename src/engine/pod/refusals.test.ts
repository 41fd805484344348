// What is refused by name, and when a running container is given other resources.
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, PodSpec } from '#model/kube';
import type { PodView } from './observed.ts';
import { planPod } from './plan.ts';
import { resizeNeed } from './resize.ts';
import { forbiddenSysctl, unsupportedIn, withoutEffectIn } from './unsupported.ts';

const podWith = (container: Partial<Container> = {}, spec: Partial<PodSpec> = {}): Pod => ({
  spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
});
const refusal = (pod: Pod): string | undefined => unsupportedIn(pod, pod.spec?.containers[0] ?? { name: 'c' });

test('what the node cannot give is refused by name', () => {
  const cases: [Pod, RegExp][] = [
    [podWith({}, { hostUsers: false }), /^hostUsers: false/],
    [podWith({}, { resourceClaims: [{ name: 'gpu' }] }), /^resourceClaims/],
    [podWith({ resources: { claims: [{ name: 'gpu' }] } }), /^resourceClaims/],
    [podWith({ securityContext: { seLinuxOptions: { level: 's0' } } }), /seLinuxOptions/],
    [podWith({}, { securityContext: { seLinuxOptions: { level: 's0' } } }), /seLinuxOptions/],
    [podWith({}, { securityContext: { windowsOptions: { hostProcess: true } } }), /windowsOptions/],
    [podWith({}, { securityContext: { supplementalGroupsPolicy: 'Strict' } }), /supplementalGroupsPolicy/],
    [podWith({ securityContext: { appArmorProfile: { type: 'Localhost' } } }), /appArmorProfile Localhost/],
    [podWith({ volumeDevices: [{ name: 'v', devicePath: '/dev/x' }] }), /^volumeDevices/],
    [podWith({ lifecycle: { stopSignal: 'SIGRTMIN+3' } }), /^lifecycle.stopSignal/],
  ];
  for (const [pod, said] of cases) match(refusal(pod) ?? '', said);
  const fine = [
    podWith(),
    podWith({}, { hostUsers: true, resourceClaims: [] }),
    podWith({ securityContext: { seLinuxOptions: {}, appArmorProfile: { type: 'Unconfined' } } }),
    podWith({ lifecycle: { stopSignal: 'SIGUSR1' } }),
  ];
  for (const pod of fine) equal(refusal(pod), undefined);
});

test('a profile without effect is told, not refused', () => {
  const pod = podWith({}, { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } });
  equal(refusal(pod), undefined);
  match(withoutEffectIn(pod, { name: 'c' }) ?? '', /no effect/);
});

test('only sysctls of the pod itself are let through', () => {
  const asking = (name: string): Pod => podWith({}, { securityContext: { sysctls: [{ name, value: '1' }] } });
  equal(forbiddenSysctl(asking('net.ipv4.ip_unprivileged_port_start')), undefined);
  equal(forbiddenSysctl(asking('net/ipv4/tcp_syncookies')), undefined);
  equal(forbiddenSysctl(asking('kernel.shmmax')), 'kernel.shmmax');
});

const GIVEN = { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '1' } };

test('equal amounts are no change, however they are written', () => {
  const wanted = (resources: object, resizePolicy?: Container['resizePolicy']): Container => ({
    name: 'c',
    resources,
    resizePolicy,
  });
  equal(resizeNeed(wanted({ requests: { cpu: 0.1, memory: '1024Mi' }, limits: { cpu: '1000m' } }), GIVEN), 'none');
  equal(resizeNeed(wanted({ requests: { cpu: '200m', memory: '1Gi' }, limits: { cpu: '1' } }), GIVEN), 'in place');
  equal(resizeNeed(wanted({}), undefined), 'none', 'nothing is known of what it was given');
  const policy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
  equal(resizeNeed(wanted({ ...GIVEN, limits: { cpu: '2' } }, policy), GIVEN), 'in place');
  equal(resizeNeed(wanted({ ...GIVEN, requests: { cpu: '100m', memory: '2Gi' } }, policy), GIVEN), 'restart');
});

test('a container that runs with other resources is resized, unless that is held', () => {
  const pod = podWith({ resources: { limits: { cpu: '2' } } });
  const seen = {
    id: 'x',
    name: 'c',
    sandboxId: 's',
    attempt: 0,
    state: 'running',
    createdAtMs: 1,
    startedAtMs: 1,
  } as const;
  const view: PodView = {
    observed: {
      sandboxes: [{ id: 's', attempt: 0, ready: true, createdAtMs: 0, ips: [] }],
      containers: [{ ...seen, finishedAtMs: 0, exitCode: 0, reason: '', message: '', image: 'i', imageId: '' }],
    },
    memory: new Map([['c', { applied: { containerId: 'x', resources: { limits: { cpu: '1' } } } }]]),
    probes: new Map(),
    now: 2,
  };
  deepEqual(
    planPod(pod, view).actions.map((action) => action.do),
    ['resize-container'],
  );
  deepEqual(planPod(pod, { ...view, resizeHeld: { reason: 'Deferred', message: '' } }).actions, []);
});
