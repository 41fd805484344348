// Reads the state of a pod the way every controller does: active, ready, available, ended.
// Source: Kubernetes concepts "Pod Lifecycle".
import type { Pod, PodCondition } from '#model/kube';

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Ended for good. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Neither ended nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !pod.metadata?.deletionTimestamp;
}

/** Milliseconds until a ready pod counts as available: 0 when it does now, infinite when it is not ready. */
export function podAvailableInMs(pod: Pod, minReadySeconds: number | undefined, nowMs: number): number {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return Number.POSITIVE_INFINITY;
  if (!minReadySeconds) return 0;
  const since = Date.parse(ready.lastTransitionTime ?? '');
  if (Number.isNaN(since)) return Number.POSITIVE_INFINITY;
  return Math.max(0, since + minReadySeconds * 1000 - nowMs);
}
