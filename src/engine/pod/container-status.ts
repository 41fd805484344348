// The status of one container: what it is doing now, and how its last run ended.
// Source: Kubernetes API, core/v1 ContainerStatus; Pod Lifecycle, "Container states".
import type { Container, ContainerState, ContainerStatus, Pod, VolumeMount, VolumeMountStatus } from '#model/kube';
import { newestOf, type ObservedContainer, type PodView, readySandbox } from './observed.ts';
import { hasRunItsCourse, type NamedContainer } from './outcome.ts';
import { isReady, isStarted } from './plan.ts';
import { appliedResources } from './resize.ts';
import { restartAtMs, willRestart } from './restart.ts';

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.[0-9]+Z$/, 'Z');

function terminated(seen: ObservedContainer, runtimeName: string): ContainerState {
  if (seen.state === 'unknown') {
    const message = 'The container could not be located when the pod was looked at';
    return { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message } };
  }
  return {
    terminated: {
      containerID: `${runtimeName}://${seen.id}`,
      exitCode: seen.exitCode,
      finishedAt: seconds(seen.finishedAtMs),
      ...(seen.message ? { message: seen.message } : {}),
      reason: seen.reason || (seen.exitCode === 0 ? 'Completed' : 'Error'),
      startedAt: seconds(seen.startedAtMs || seen.finishedAtMs),
    },
  };
}

export interface ContainerStatusInput {
  readonly pod: Pod;
  readonly view: PodView;
  readonly named: NamedContainer;
  /** The status reported before; keeps what the runtime has forgotten. */
  readonly previous?: ContainerStatus;
  /** "containerd". */
  readonly runtimeName: string;
}

export function containerStatus(input: ContainerStatusInput): ContainerStatus {
  const { view, named, previous, runtimeName } = input;
  const { container, kind } = named;
  const history = view.observed.containers.filter((c) => c.name === container.name && c.state !== 'created');
  const seen = history[0];
  const state = stateOf(input, seen);
  const ended = history.find((c) => c.state !== 'running' && !(c === seen && state.terminated));
  const lastState = ended ? terminated(ended, runtimeName) : seen ? (previous?.lastState ?? {}) : lastOf(previous);
  const finishedInit = kind === 'init' && state.terminated?.exitCode === 0;
  const started = isStarted(view, container, seen);
  const status: ContainerStatus = {
    name: container.name,
    image: container.image ?? '',
    imageID: seen?.imageId ?? previous?.imageID ?? '',
    restartCount: Math.max(seen?.attempt ?? 0, view.memory.get(container.name)?.restartsBefore ?? 0),
    ready: kind !== 'ephemeral' && (finishedInit || isReady(view, container, seen)),
    started,
    state,
    lastState,
  };
  if (seen && !(state.waiting && !history.length)) status.containerID = `${runtimeName}://${seen.id}`;
  else if (previous?.containerID) status.containerID = previous.containerID;
  if (seen?.state === 'running') addResources(status, view, container, seen.id);
  if (seen && container.volumeMounts?.length) status.volumeMounts = container.volumeMounts.map(mountStatus);
  if (seen && container.lifecycle?.stopSignal) status.stopSignal = container.lifecycle.stopSignal;
  return status;
}

/** What the container has, and what the node has set aside for it. */
function addResources(status: ContainerStatus, view: PodView, container: Container, id: string): void {
  const applied = appliedResources(view, container.name, id) ?? container.resources;
  const allocated = view.resizeHeld ? applied : container.resources;
  if (applied) status.resources = applied;
  if (allocated?.requests) status.allocatedResources = allocated.requests;
}

function mountStatus({ name, mountPath, readOnly }: VolumeMount): VolumeMountStatus {
  return { name, mountPath, ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}) };
}

function lastOf(previous: ContainerStatus | undefined): ContainerState {
  if (previous?.state?.terminated) return { terminated: previous.state.terminated };
  return previous?.lastState ?? {};
}

function stateOf(input: ContainerStatusInput, seen: ObservedContainer | undefined): ContainerState {
  const { pod, view, named, previous, runtimeName } = input;
  const { container, kind } = named;
  if (seen?.state === 'running') return { running: { startedAt: seconds(seen.startedAtMs) } };
  const memory = view.memory.get(container.name);
  const over = view.stop !== undefined || hasRunItsCourse(pod, view.observed);
  if (!seen) {
    if (over && previous?.state?.terminated) return previous.state;
    if (over && previous?.state?.running) return terminated({ state: 'unknown' } as ObservedContainer, runtimeName);
    return { waiting: memory?.waiting ?? { reason: waitingReason(pod, view, kind) } };
  }
  const ended = terminated(seen, runtimeName);
  const again = !over && willRestart(pod, container, kind, seen.exitCode);
  const inOldSandbox = !over && readySandbox(view.observed)?.id !== seen.sandboxId;
  if (!again && !(inOldSandbox && seen.state === 'unknown')) return ended;
  if (memory?.waiting) return { waiting: memory.waiting };
  if (restartAtMs(memory?.crash, seen) > view.now)
    return { waiting: crashWaiting(pod, container, memory?.crash?.delayMs ?? 0) };
  return inOldSandbox ? { waiting: { reason: waitingReason(pod, view, kind) } } : ended;
}

function crashWaiting(pod: Pod, container: Container, delayMs: number): { reason: string; message: string } {
  const { name, namespace, uid } = pod.metadata ?? {};
  const whose = `container=${container.name} pod=${name}_${namespace}(${uid})`;
  return { reason: 'CrashLoopBackOff', message: `back-off ${durationText(delayMs)} restarting failed ${whose}` };
}

/** "10s", "1m20s", "5m0s": the form in which durations stand in messages. */
export function durationText(ms: number): string {
  const total = Math.round(ms / 1000);
  return total < 60 ? `${total}s` : `${Math.floor(total / 60)}m${total % 60}s`;
}

function waitingReason(pod: Pod, view: PodView, kind: NamedContainer['kind']): string {
  const inits = pod.spec?.initContainers ?? [];
  if (inits.length === 0 || kind === 'ephemeral') return 'ContainerCreating';
  const first = inits[0]?.name ?? '';
  const begun = newestOf(view.observed, first) !== undefined || readySandbox(view.observed) !== undefined;
  return kind === 'main' || begun ? 'PodInitializing' : 'ContainerCreating';
}
