// Tables of what is planned for a pod and of what its status says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, PodSpec } from '#model/kube';
import {
  type ContainerMemory,
  crashAfter,
  expand,
  type ObservedContainer,
  type ObservedPod,
  type PodAction,
  type PodView,
  planPod,
  podStatus,
  probeStart,
  probeStep,
  qosClassOf,
  resolverOf,
  serviceEnv,
  willRestart,
} from './index.ts';

const NOW = Date.UTC(2026, 0, 1);
const box = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'i', ...more });
const pod = (spec: Partial<PodSpec>, status: Pod['status'] = {}): Pod => ({
  metadata: { name: 'p', namespace: 'n', uid: 'u', generation: 2 },
  spec: { containers: [box('a')], ...spec },
  status,
});
const sandbox = (more = {}) => ({ id: 's', attempt: 0, ready: true, createdAtMs: NOW, ips: ['10.0.0.2'], ...more });
const seen = (name: string, more: Partial<ObservedContainer> = {}): ObservedContainer => ({
  id: `${name}-${more.attempt ?? 0}`,
  name,
  sandboxId: 's',
  attempt: 0,
  state: 'running',
  createdAtMs: NOW - 2000,
  startedAtMs: NOW - 2000,
  finishedAtMs: NOW - 1000,
  exitCode: 0,
  reason: '',
  message: '',
  image: 'i',
  imageId: 'sha256:1',
  ...more,
});
const ended = (name: string, exitCode: number, more: Partial<ObservedContainer> = {}): ObservedContainer =>
  seen(name, { state: 'exited', exitCode, ...more });
interface Look {
  sandboxes?: ObservedPod['sandboxes'];
  containers?: ObservedContainer[];
  memory?: Record<string, ContainerMemory>;
  probes?: PodView['probes'];
  stop?: PodView['stop'];
}
const view = ({
  sandboxes = [sandbox()],
  containers = [],
  memory = {},
  probes = new Map(),
  stop,
}: Look = {}): PodView => ({
  observed: { sandboxes, containers },
  memory: new Map(Object.entries(memory)),
  probes,
  ...(stop ? { stop } : {}),
  now: NOW,
});
const brief = (action: PodAction): string => {
  if (action.do === 'create-sandbox') return `sandbox ${action.attempt}`;
  if (action.do === 'stop-sandbox') return `end sandbox ${action.id}`;
  if (action.do === 'start-container') return `start ${action.container.name} ${action.attempt}`;
  if (action.do === 'resize-container') return `resize ${action.container.name}`;
  return `stop ${action.container.name} (${action.why})`;
};

const steps = { initContainers: [box('i1'), box('side', { restartPolicy: 'Always' }), box('i2')] };
const crash = (delayMs: number, containerId = 'a-0'): ContainerMemory => ({ crash: { containerId, delayMs } });
const plans: [string, Pod, Look, string[]][] = [
  ['nothing there', pod({}), { sandboxes: [] }, ['sandbox 0']],
  [
    'the sandbox died',
    pod({}),
    { sandboxes: [sandbox({ ready: false })], containers: [ended('a', 137)] },
    ['sandbox 1'],
  ],
  ['its sandbox is being made', pod({}), { sandboxes: [], memory: { '': { busy: 'starting' } } }, []],
  [
    'a running leftover of a dead sandbox',
    pod({}),
    { sandboxes: [sandbox({ ready: false })], containers: [seen('a')] },
    ['stop a (sandbox lost)'],
  ],
  ['sandbox ready', pod({ containers: [box('a'), box('b')] }), {}, ['start a 0', 'start b 0']],
  ['a start is under way', pod({}), { memory: { a: { busy: 'starting' } } }, []],
  ['first init container', pod(steps), {}, ['start i1 0']],
  ['init container runs', pod(steps), { containers: [seen('i1')] }, []],
  ['sidecar after the first init', pod(steps), { containers: [ended('i1', 0)] }, ['start side 0']],
  ['next init when the sidecar runs', pod(steps), { containers: [seen('side'), ended('i1', 0)] }, ['start i2 0']],
  ['init failed, again', pod(steps), { containers: [ended('i1', 1)] }, ['start i1 1']],
  [
    'init failed for good',
    pod({ ...steps, restartPolicy: 'Never' }),
    { containers: [ended('i1', 1)] },
    ['end sandbox s'],
  ],
  ['all init done', pod(steps), { containers: [ended('i2', 0), seen('side'), ended('i1', 0)] }, ['start a 0']],
  [
    'a sidecar is kept up beside main containers',
    pod(steps),
    { containers: [seen('a'), ended('side', 1)] },
    ['start side 1'],
  ],
  ['ended, first time', pod({}), { containers: [ended('a', 1)], memory: { a: crash(0) } }, ['start a 1']],
  ['ended, delay holds', pod({}), { containers: [ended('a', 1)], memory: { a: crash(10_000) } }, []],
  [
    'ended well under OnFailure',
    pod({ restartPolicy: 'OnFailure' }),
    { containers: [ended('a', 0)] },
    ['end sandbox s'],
  ],
  [
    'one of two ended for good',
    pod({ restartPolicy: 'Never', containers: [box('a'), box('b')] }),
    { containers: [ended('a', 0), seen('b')] },
    [],
  ],
  [
    'sidecars end after the last main container',
    pod({ ...steps, restartPolicy: 'Never' }),
    { containers: [ended('a', 0), seen('side')] },
    ['stop side (pod ends)'],
  ],
  [
    'another image',
    pod({ containers: [box('a', { image: 'j' })] }),
    { containers: [seen('a')] },
    ['stop a (image changed)'],
  ],
  [
    'liveness failed',
    pod({}),
    {
      containers: [seen('a')],
      probes: new Map([['a-0', { started: true, ready: true, failed: { probe: 'liveness' } }]]),
    },
    ['stop a (liveness)'],
  ],
  ['deleted', pod(steps), { containers: [seen('a'), seen('side')], stop: { graceSeconds: 5 } }, ['stop a (pod ends)']],
  [
    'deleted, main containers gone',
    pod(steps),
    { containers: [ended('a', 0), seen('side')], stop: { graceSeconds: 5 } },
    ['stop side (pod ends)'],
  ],
  ['deleted while an image is pulled', pod({}), { memory: { a: { busy: 'starting' } }, stop: { graceSeconds: 5 } }, []],
  ['over before', pod({}, { phase: 'Succeeded' }), { sandboxes: [] }, []],
  [
    'a Never pod does not survive its sandbox',
    pod({ restartPolicy: 'Never', containers: [box('a'), box('b')] }),
    { sandboxes: [sandbox({ ready: false })], containers: [ended('a', 0)] },
    [],
  ],
  [
    'an ephemeral container beside',
    pod({ ephemeralContainers: [box('e')] }),
    { containers: [seen('a')] },
    ['start e 0'],
  ],
  [
    'an ephemeral container once',
    pod({ ephemeralContainers: [box('e')] }),
    { containers: [seen('a'), ended('e', 1)] },
    [],
  ],
  ['restarts counted before count on', pod({}), { memory: { a: { restartsBefore: 4 } } }, ['start a 4']],
];
for (const [what, of, look, expected] of plans)
  test(`plan: ${what}`, () => assert.deepEqual(planPod(of, view(look)).actions.map(brief), expected));

test('a plan says when to look again, and when all is over', () => {
  const waiting = planPod(pod({}), view({ containers: [ended('a', 1)], memory: { a: crash(10_000) } }));
  assert.equal(waiting.againAtMs, NOW + 9_000);
  assert.equal(planPod(pod({}), view({ sandboxes: [], stop: { graceSeconds: 0 } })).finished, true);
  assert.equal(planPod(pod({}), view({ stop: { graceSeconds: 0 } })).finished, false);
});

const statusOf = (of: Pod, look: Look) =>
  podStatus({ pod: of, view: view(look), hostAddress: '10.9.9.9', runtimeName: 'containerd', startTimeMs: NOW });
const readiness = { httpGet: { port: 80 } };
const statuses: [string, Pod, Look, { phase: string; state?: string; ready?: boolean; reason?: string }][] = [
  ['nothing yet', pod({}), { sandboxes: [] }, { phase: 'Pending', state: 'ContainerCreating', ready: false }],
  [
    'init running',
    pod(steps),
    { containers: [seen('i1')] },
    { phase: 'Pending', state: 'PodInitializing', ready: false },
  ],
  ['running', pod({}), { containers: [seen('a')] }, { phase: 'Running', state: 'running', ready: true }],
  [
    'not ready yet',
    pod({ containers: [box('a', { readinessProbe: readiness })] }),
    { containers: [seen('a')] },
    { phase: 'Running', state: 'running', ready: false },
  ],
  [
    'ready by probe',
    pod({ containers: [box('a', { readinessProbe: readiness })] }),
    { containers: [seen('a')], probes: new Map([['a-0', { started: true, ready: true }]]) },
    { phase: 'Running', state: 'running', ready: true },
  ],
  [
    'gate missing',
    pod({ readinessGates: [{ conditionType: 'g' }] }),
    { containers: [seen('a')] },
    { phase: 'Running', state: 'running', ready: false },
  ],
  [
    'gate open',
    pod({ readinessGates: [{ conditionType: 'g' }] }, { conditions: [{ type: 'g', status: 'True' }] }),
    { containers: [seen('a')] },
    { phase: 'Running', state: 'running', ready: true },
  ],
  [
    'no image',
    pod({}),
    { memory: { a: { waiting: { reason: 'ErrImagePull', message: 'm' } } } },
    { phase: 'Pending', state: 'ErrImagePull', ready: false },
  ],
  [
    'crash loop',
    pod({}),
    { containers: [ended('a', 1)], memory: { a: crash(10_000) } },
    { phase: 'Running', state: 'CrashLoopBackOff', ready: false },
  ],
  [
    'out of memory',
    pod({ restartPolicy: 'Never' }),
    { containers: [ended('a', 137, { reason: 'OOMKilled' })] },
    { phase: 'Failed', state: 'OOMKilled', ready: false },
  ],
  [
    'completed',
    pod({ restartPolicy: 'Never' }),
    { containers: [ended('a', 0)] },
    { phase: 'Succeeded', state: 'Completed', ready: false },
  ],
  [
    'a sidecar still runs',
    pod({ ...steps, restartPolicy: 'Never' }),
    { containers: [ended('a', 0), seen('side'), ended('i2', 0), ended('i1', 0)] },
    { phase: 'Running', state: 'Completed', ready: false },
  ],
  [
    'evicted',
    pod({}),
    { containers: [ended('a', 143)], stop: { graceSeconds: 1, failure: { reason: 'Evicted', message: 'm' } } },
    { phase: 'Failed', state: 'Error', ready: false, reason: 'Evicted' },
  ],
];
for (const [what, of, look, expected] of statuses)
  test(`status: ${what}`, () => {
    const status = statusOf(of, look);
    const state = status.containerStatuses?.[0]?.state;
    const shown = {
      phase: status.phase,
      state: state?.running ? 'running' : (state?.waiting?.reason ?? state?.terminated?.reason),
      ready: status.conditions?.find((c) => c.type === 'Ready')?.status === 'True',
      ...(status.reason ? { reason: status.reason } : {}),
    };
    assert.deepEqual(shown, expected);
  });

test('status: addresses, generation, the last end, and times of transitions that last', () => {
  const before = statusOf(pod({}), { containers: [seen('a')] });
  const conditions = before.conditions?.map((c) => ({ ...c, lastTransitionTime: '2020-01-01T00:00:00Z' }));
  const after = statusOf(pod({}, { ...before, conditions }), {
    containers: [seen('a', { attempt: 1 }), ended('a', 3, { message: 'why' })],
  });
  assert.ok(
    after.conditions?.every((c) => c.lastTransitionTime === '2020-01-01T00:00:00Z' && c.observedGeneration === 2),
  );
  assert.deepEqual([after.podIP, after.hostIP, after.observedGeneration], ['10.0.0.2', '10.9.9.9', 2]);
  const container = after.containerStatuses?.[0];
  assert.deepEqual([container?.restartCount, container?.lastState?.terminated?.message], [1, 'why']);
  assert.equal(container?.containerID, 'containerd://a-1');
});

test('delays double from ten seconds to five minutes, and start over after a long run', () => {
  const delays: number[] = [];
  let last = crashAfter(undefined, ended('a', 1));
  for (let attempt = 1; attempt < 9; attempt++) {
    delays.push(last.delayMs / 1000);
    last = crashAfter(last, ended('a', 1, { attempt }));
  }
  assert.deepEqual(delays, [0, 10, 20, 40, 80, 160, 300, 300]);
  assert.equal(crashAfter(last, ended('a', 1, { startedAtMs: NOW - 700_000 })).delayMs, 0);
});

test('restart rules of a container stand above the policy', () => {
  const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
  const container = box('a', { restartPolicy: 'Never', restartPolicyRules: rules });
  assert.deepEqual(
    [0, 1, 42].map((code) => willRestart(pod({}), container, 'main', code)),
    [false, false, true],
  );
});

test('a probe flips at its thresholds', () => {
  const probe = { successThreshold: 2, failureThreshold: 2 };
  const walk = (kind: 'startup' | 'liveness' | 'readiness', results: boolean[]): string => {
    let state = probeStart(kind);
    return results
      .map((passed) => {
        state = probeStep(kind, probe, state, passed);
        return state.kill ? 'K' : state.passed ? '+' : '-';
      })
      .join('');
  };
  assert.equal(walk('readiness', [true, true, false, true, false, false]), '-++++-');
  assert.equal(walk('liveness', [false, true, false, false]), '+++K');
  assert.equal(walk('startup', [false, true, false, true, true]), '----+');
});

test('quality of service classes', () => {
  const of = (resources: object, extra: Container[] = []) =>
    qosClassOf(pod({ containers: [box('a', { resources }), ...extra] }));
  const full = { cpu: '1', memory: '1Gi' };
  assert.equal(of({}), 'BestEffort');
  assert.equal(of({ requests: { cpu: '1' } }), 'Burstable');
  assert.equal(of({ limits: full }), 'Guaranteed');
  assert.equal(of({ limits: full, requests: { cpu: '1000m', memory: '1024Mi' } }), 'Guaranteed');
  assert.equal(of({ limits: full }, [box('b')]), 'Burstable');
});

test('names in text', () => {
  assert.equal(expand('$(A)-$$(A)-$(B)-$A', { A: '1' }), '1-$(A)-$(B)-$A');
});

test('the resolver follows policy and own settings', () => {
  const host = { servers: ['9.9.9.9'], searches: ['corp'], options: [] };
  const options = { clusterDns: '172.28.0.10', clusterDomain: 'cluster.local', host };
  const own = { nameservers: ['1.1.1.1'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] };
  assert.deepEqual(resolverOf(pod({ dnsConfig: own }), options), {
    servers: ['172.28.0.10', '1.1.1.1'],
    searches: ['n.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp'],
    options: ['ndots:2', 'edns0'],
  });
  assert.deepEqual(resolverOf(pod({ hostNetwork: true }), options), host);
  assert.deepEqual(resolverOf(pod({ dnsPolicy: 'None', dnsConfig: own }), options).servers, ['1.1.1.1']);
});

test('services are found by variables, the API server from everywhere', () => {
  const service = (namespace: string, name: string) => ({
    metadata: { namespace, name },
    spec: { clusterIP: '172.28.0.5', ports: [{ name: 'web', port: 80 }] },
  });
  const all = [service('default', 'kubernetes'), service('n', 'my-app'), service('m', 'other')];
  const env = serviceEnv(all, { namespace: 'n', links: true });
  assert.equal(env.MY_APP_SERVICE_PORT_WEB, '80');
  assert.equal(env.MY_APP_PORT_80_TCP, 'tcp://172.28.0.5:80');
  assert.ok(env.KUBERNETES_SERVICE_HOST && !env.OTHER_SERVICE_HOST);
  assert.deepEqual(
    Object.keys(serviceEnv(all, { namespace: 'n', links: false })).filter((k) => k.startsWith('MY')),
    [],
  );
});
