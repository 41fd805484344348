// Decides the next step of a StatefulSet. Ordered: one pod at a time, each healthy before the next, up in rising and down
// in falling order. Parallel: all at once. A rolling update goes from the highest ordinal down to the partition.
// Source: Kubernetes concepts "StatefulSets".
import { intOrPercent } from '#base';
import type { Pod, StatefulSet, StatefulSetStatus } from '#model/kube';
import { isPodReady, isPodTerminal, podAvailableInMs } from './pod-state.ts';
import { revisionHashLabel } from './revisions.plan.ts';

export interface StatefulSetInput {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** Names of the revisions: the one that pods come from, the one that they go to. */
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly nowMs: number;
}

export interface StatefulSetPlan {
  readonly create: readonly { ordinal: number; revision: string }[];
  readonly remove: readonly Pod[];
  readonly status: StatefulSetStatus;
  /** When a pod that is ready becomes available. */
  readonly againAfterMs?: number;
}

/** The number at the end of a pod's name, if the name is one of the set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata?.name}-`;
  const name = pod.metadata?.name ?? '';
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^(0|[1-9][0-9]*)$/.test(rest) ? Number(rest) : undefined;
}

const revisionName = (set: StatefulSet, pod: Pod): string => {
  const hash = pod.metadata?.labels?.[revisionHashLabel] ?? '';
  return hash.startsWith(`${set.metadata?.name}-`) ? hash : `${set.metadata?.name}-${hash}`;
};

export function planStatefulSet(input: StatefulSetInput): StatefulSetPlan {
  const { set, nowMs } = input;
  const { minReadySeconds } = set.spec ?? {};
  const status = reportStatefulSet(input);
  const waits = input.pods.map((pod) => podAvailableInMs(pod, minReadySeconds, nowMs)).filter((ms) => ms > 0);
  const soonest = Math.min(...waits);
  const again = Number.isFinite(soonest) ? { againAfterMs: soonest } : {};
  if (set.metadata?.deletionTimestamp) return { create: [], remove: [], status, ...again };
  return { ...steps(input), status, ...again };
}

function steps(input: StatefulSetInput): { create: { ordinal: number; revision: string }[]; remove: Pod[] } {
  const { set } = input;
  const start = set.spec?.ordinals?.start ?? 0;
  const end = start + (set.spec?.replicas ?? 1);
  const ordered = set.spec?.podManagementPolicy !== 'Parallel';
  const byOrdinal = new Map(input.pods.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
  const healthy = (pod: Pod): boolean => {
    const available = podAvailableInMs(pod, set.spec?.minReadySeconds, input.nowMs) === 0;
    return !pod.metadata?.deletionTimestamp && pod.status?.phase === 'Running' && isPodReady(pod) && available;
  };
  const create: { ordinal: number; revision: string }[] = [];
  const remove: Pod[] = [];
  const result = { create, remove };
  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) create.push({ ordinal, revision: revisionFor(input, ordinal - start) });
    else if (isPodTerminal(pod) && !pod.metadata?.deletionTimestamp) remove.push(pod);
    else if (healthy(pod)) continue;
    if (ordered) return result;
  }
  const condemned = input.pods
    .filter((pod) => (ordinalOf(set, pod) ?? start) >= end || (ordinalOf(set, pod) ?? start) < start)
    .sort((a, b) => (ordinalOf(set, b) ?? 0) - (ordinalOf(set, a) ?? 0));
  const firstSick = [...condemned].reverse().find((pod) => !healthy(pod));
  for (const pod of condemned) {
    if (!pod.metadata?.deletionTimestamp && ordered && !healthy(pod) && pod !== firstSick) return result;
    if (!pod.metadata?.deletionTimestamp) remove.push(pod);
    if (ordered) return result;
  }
  if (set.spec?.updateStrategy?.type === 'OnDelete') return result;
  remove.push(...outdated(input, { byOrdinal, start, end, healthy }).filter((pod) => !remove.includes(pod)));
  return result;
}

/** Pods to replace now: those of the old revision from the top down, as many as may be missing at a time. */
function outdated(
  input: StatefulSetInput,
  range: { byOrdinal: ReadonlyMap<number, Pod>; start: number; end: number; healthy(pod: Pod): boolean },
): Pod[] {
  const { set, updateRevision } = input;
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const lowest = range.start + (rolling?.partition ?? 0);
  const replicas = set.spec?.replicas ?? 1;
  const allowed = Math.max(1, intOrPercent(rolling?.maxUnavailable ?? 1, replicas, { up: true }));
  const missing = [...Array(range.end - range.start).keys()].filter((i) => {
    const pod = range.byOrdinal.get(range.start + i);
    return !pod || !range.healthy(pod);
  }).length;
  let budget = allowed - missing;
  const chosen: Pod[] = [];
  for (let ordinal = range.end - 1; ordinal >= lowest; ordinal--) {
    const pod = range.byOrdinal.get(ordinal);
    if (!pod || pod.metadata?.deletionTimestamp || revisionName(set, pod) === updateRevision) continue;
    // A sick pod is missing already; to replace it costs nothing.
    if (range.healthy(pod) && budget-- <= 0) break;
    chosen.push(pod);
    if (chosen.length >= allowed) break;
  }
  return chosen;
}

function revisionFor(input: StatefulSetInput, place: number): string {
  const strategy = input.set.spec?.updateStrategy;
  if (strategy?.type === 'OnDelete') return input.updateRevision;
  return place < (strategy?.rollingUpdate?.partition ?? 0) ? input.currentRevision : input.updateRevision;
}

function reportStatefulSet(input: StatefulSetInput): StatefulSetStatus {
  const { set, pods, updateRevision, nowMs } = input;
  const created = pods.filter((pod) => !isPodTerminal(pod));
  const living = created.filter((pod) => !pod.metadata?.deletionTimestamp);
  const ready = created.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  const available = ready.filter((pod) => podAvailableInMs(pod, set.spec?.minReadySeconds, nowMs) === 0);
  const updated = living.filter((pod) => revisionName(set, pod) === updateRevision);
  const replicas = set.spec?.replicas ?? 1;
  const complete =
    set.spec?.updateStrategy?.type !== 'OnDelete' &&
    updated.length === replicas &&
    ready.length === replicas &&
    created.length === replicas;
  const currentRevision = complete ? updateRevision : input.currentRevision;
  const { collisionCount } = set.status ?? {};
  return {
    observedGeneration: set.metadata?.generation,
    replicas: created.length,
    readyReplicas: ready.length,
    availableReplicas: available.length,
    currentReplicas: living.filter((pod) => revisionName(set, pod) === currentRevision).length,
    updatedReplicas: updated.length,
    currentRevision,
    updateRevision,
    collisionCount: collisionCount ?? 0,
  };
}
