// The conditions of a pod that a node agent owns. Others (readiness gates, PodScheduled of the scheduler) are kept as they are.
// Source: Kubernetes, Pod Lifecycle, "Pod conditions" and "Pod readiness".
import type { ContainerStatus, Pod, PodCondition } from '#model/kube';
import type { PodStop } from './observed.ts';
import type { ResizeHeld } from './resize.ts';
import { isSidecar } from './restart.ts';

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: string;
  readonly inits: readonly ContainerStatus[];
  readonly mains: readonly ContainerStatus[];
  readonly sandboxReady: boolean;
  readonly stop?: PodStop;
  readonly resize?: { readonly held?: ResizeHeld };
  readonly now: number;
}

type Verdict = { readonly status: boolean; readonly reason?: string; readonly message?: string };

function initialized({ pod, phase, inits, mains }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: true, reason: 'PodCompleted' };
  const specs = pod.spec?.initContainers ?? [];
  if (mains.some((c) => c.state?.running || c.state?.terminated || c.lastState?.terminated)) return { status: true };
  const missing = specs
    .filter((spec) => {
      const status = inits.find((s) => s.name === spec.name);
      return isSidecar(spec) ? !status?.started : status?.state?.terminated?.exitCode !== 0;
    })
    .map((spec) => spec.name);
  if (missing.length === 0) return { status: true };
  const message = `containers with incomplete status: [${missing.join(' ')}]`;
  return { status: false, reason: 'ContainersNotInitialized', message };
}

function containersReady({ pod, phase, inits, mains }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: false, reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: false, reason: 'PodFailed' };
  const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar).map((spec) => spec.name);
  const counted = [...inits.filter((s) => sidecars.includes(s.name)), ...mains];
  const unready = counted.filter((status) => !status.ready).map((status) => status.name);
  if (unready.length === 0) return { status: true };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: false, reason: 'ContainersNotReady', message };
}

function ready(input: ConditionInput, containers: Verdict): Verdict {
  if (!containers.status) return containers;
  const gates = (input.pod.spec?.readinessGates ?? []).map((gate) => gate.conditionType);
  const conditions = input.pod.status?.conditions ?? [];
  const wanting = gates.filter((gate) => !conditions.some((c) => c.type === gate && c.status === 'True'));
  if (wanting.length === 0) return { status: true };
  const message = wanting
    .map((gate) =>
      conditions.some((c) => c.type === gate)
        ? `the status of pod readiness gate "${gate}" is not "True", but False`
        : `corresponding condition of pod readiness gate "${gate}" does not exist.`,
    )
    .join(' ');
  return { status: false, reason: 'ReadinessGatesNotReady', message };
}

/** The agent's conditions, with the time of the last change kept where nothing changed. */
export function podConditions(input: ConditionInput): PodCondition[] {
  const containers = containersReady(input);
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: input.sandboxReady }],
    ['Initialized', initialized(input)],
    ['Ready', ready(input, containers)],
    ['ContainersReady', containers],
    ['PodScheduled', { status: true }],
  ];
  const { failure } = input.stop ?? {};
  if (failure?.reason === 'Evicted' || failure?.reason === 'Terminated')
    verdicts.push(['DisruptionTarget', { status: true, reason: 'TerminationByKubelet', message: failure.message }]);
  const { resize } = input;
  if (resize?.held) verdicts.push(['PodResizePending', { status: true, ...resize.held }]);
  else if (resize) verdicts.push(['PodResizeInProgress', { status: true }]);
  const before = input.pod.status?.conditions ?? [];
  const now = new Date(input.now).toISOString().replace(/\.[0-9]+Z$/, 'Z');
  const generation = input.pod.metadata?.generation;
  return verdicts.map(([type, verdict]) => {
    const status = verdict.status ? 'True' : 'False';
    const old = before.find((c) => c.type === type);
    const same = old?.status === status;
    return {
      type,
      status,
      ...(verdict.reason ? { reason: verdict.reason } : {}),
      ...(verdict.message ? { message: verdict.message } : {}),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: same && old?.lastTransitionTime ? old.lastTransitionTime : now,
    };
  });
}
