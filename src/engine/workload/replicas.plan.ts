// Decides how a ReplicaSet or ReplicationController reaches its size. When there are too many pods, those go first whose
// loss hurts least: not placed, not running, not ready, cheap by annotation, crowded on their node, young, restarted often.
// Source: Kubernetes concepts "ReplicaSet", "Scaling a ReplicaSet".
import type { Pod } from '#model/kube';
import { isPodReady, podCondition } from './pod-state.ts';

export interface ReplicasPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
}

export interface ReplicasInput {
  readonly replicas: number;
  /** Active pods of the set. */
  readonly pods: readonly Pod[];
  /** Active pods per node of all sets with the same owner. */
  readonly relatedOnNode: (node: string) => number;
}

/** At most this many pods are made or removed in one pass; the next pass goes on. */
export const replicasBurstMax = 500;

export function planReplicas(input: ReplicasInput): ReplicasPlan {
  const missing = input.replicas - input.pods.length;
  if (missing >= 0) return { create: Math.min(missing, replicasBurstMax), remove: [] };
  const ordered = [...input.pods].sort((a, b) => compareForRemoval(a, b, input.relatedOnNode));
  return { create: 0, remove: ordered.slice(0, Math.min(-missing, replicasBurstMax)) };
}

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function deletionCost(pod: Pod): number {
  const text = pod.metadata?.annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  return text && /^-?[0-9]+$/.test(text) ? Number(text) : 0;
}

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((most, status) => Math.max(most, status.restartCount), 0);
}

/** Negative when `a` should go before `b`. */
export function compareForRemoval(a: Pod, b: Pod, relatedOnNode: (node: string) => number): number {
  const readySince = (pod: Pod): string => podCondition(pod, 'Ready')?.lastTransitionTime ?? '';
  const later = (x: string, y: string): number => (x === y ? 0 : x > y ? -1 : 1);
  const bothReady = isPodReady(a) && isPodReady(b);
  return (
    Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName)) ||
    (PHASE_RANK[a.status?.phase ?? ''] ?? 0) - (PHASE_RANK[b.status?.phase ?? ''] ?? 0) ||
    Number(isPodReady(a)) - Number(isPodReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    relatedOnNode(b.spec?.nodeName ?? '') - relatedOnNode(a.spec?.nodeName ?? '') ||
    (bothReady ? later(readySince(a), readySince(b)) : 0) ||
    restarts(b) - restarts(a) ||
    later(a.metadata?.creationTimestamp ?? '', b.metadata?.creationTimestamp ?? '')
  );
}
