// The status of a whole pod. Source: Kubernetes API, core/v1 PodStatus; Pod Lifecycle, "Pod phase".
import type { ContainerStatus, Pod, PodStatus } from '#model/kube';
import { podConditions } from './conditions.ts';
import { containerStatus } from './container-status.ts';
import { type PodView, readySandbox } from './observed.ts';
import { containersOf, hasRunItsCourse } from './outcome.ts';
import { qosClassOf } from './qos.ts';
import { isResizing } from './resize.ts';
import { isSidecar } from './restart.ts';

export interface PodStatusInput {
  readonly pod: Pod;
  readonly view: PodView;
  readonly hostAddress: string;
  readonly runtimeName: string;
  readonly startTimeMs: number;
}

export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, view, hostAddress } = input;
  const before = pod.status ?? {};
  const statusesOf = (kinds: readonly string[], previous: readonly ContainerStatus[] = []): ContainerStatus[] =>
    containersOf(pod)
      .filter(({ kind }) => kinds.includes(kind))
      .map((named) => {
        const old = previous.find((status) => status.name === named.container.name);
        return containerStatus({ pod, view, named, previous: old, runtimeName: input.runtimeName });
      });
  const inits = statusesOf(['init', 'sidecar'], before.initContainerStatuses);
  const mains = statusesOf(['main'], before.containerStatuses);
  const ephemerals = statusesOf(['ephemeral'], before.ephemeralContainerStatuses);
  const phase = phaseOf(pod, view, inits, mains);
  const sandbox = readySandbox(view.observed);
  const stop = view.stop;
  const ips = pod.spec?.hostNetwork ? [hostAddress] : (sandbox?.ips ?? before.podIPs?.map(({ ip }) => ip) ?? []);
  const failure =
    stop?.failure ?? (phase === 'Failed' ? { reason: before.reason, message: before.message } : undefined);
  const resize = isResizing(pod, view) ? { ...(view.resizeHeld ? { held: view.resizeHeld } : {}) } : undefined;
  const startTime = before.startTime ?? new Date(input.startTimeMs).toISOString().replace(/\.[0-9]+Z$/, 'Z');
  const status: PodStatus = {
    phase,
    conditions: podConditions({
      pod,
      phase,
      inits,
      mains,
      sandboxReady: sandbox !== undefined,
      stop,
      resize,
      now: view.wallMs ?? view.now,
    }),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    startTime,
    qosClass: before.qosClass ?? qosClassOf(pod),
  };
  if (!isRefused(view, before)) status.containerStatuses = mains;
  if (pod.metadata?.generation !== undefined) status.observedGeneration = pod.metadata.generation;
  if (inits.length > 0 && status.containerStatuses) status.initContainerStatuses = inits;
  if (ephemerals.length > 0) status.ephemeralContainerStatuses = ephemerals;
  if (failure?.reason) status.reason = failure.reason;
  if (failure?.message) status.message = failure.message;
  if (ips[0] && (sandbox || before.podIP)) {
    status.podIP = ips[0];
    status.podIPs = ips.map((ip) => ({ ip }));
  }
  return status;
}

/** Refused before anything of it was made: its containers have no status at all. */
function isRefused({ stop, observed }: PodView, before: PodStatus): boolean {
  const began = observed.sandboxes.length > 0 || before.containerStatuses !== undefined;
  return stop?.failure !== undefined && !began;
}

/** Pending until every main container has run; Succeeded or Failed only when nothing of the pod runs any more. */
function phaseOf(
  pod: Pod,
  view: PodView,
  inits: readonly ContainerStatus[],
  mains: readonly ContainerStatus[],
): string {
  const settled = pod.status?.phase;
  if (settled === 'Succeeded' || settled === 'Failed') return settled;
  const all = [...inits, ...mains];
  const alive = all.some((status) => status.state?.running) || [...view.memory.values()].some((m) => m.busy);
  if (view.stop?.failure && !alive) return 'Failed';
  const over = hasRunItsCourse(pod, view.observed);
  if (over && !alive) return endOf(pod, inits, mains);
  const ran = (s: ContainerStatus): boolean =>
    Boolean(s.state?.running || s.state?.terminated || s.lastState?.terminated);
  return mains.length > 0 && mains.every(ran) ? 'Running' : 'Pending';
}

function endOf(pod: Pod, inits: readonly ContainerStatus[], mains: readonly ContainerStatus[]): string {
  const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar).map((spec) => spec.name);
  const counted = [...inits.filter((status) => !sidecars.includes(status.name)), ...mains];
  return counted.every((status) => status.state?.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
}
