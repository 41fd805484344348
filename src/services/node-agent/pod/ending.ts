// Why and how a pod has to end: it was deleted, its deadline passed, or what was decided earlier still holds.
import type { PodStop } from '#engine/pod';
import type { Pod, PodStatus } from '#model/kube';

/** When activeDeadlineSeconds ends the pod, counted from its start. */
export function deadlineOf(pod: Pod, status: PodStatus): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined || !status.startTime || status.phase === 'Failed' || status.phase === 'Succeeded')
    return undefined;
  return Date.parse(status.startTime) + seconds * 1000;
}

/** What ends the pod now; a shorter grace replaces a longer one. */
export function stopOf(input: { pod: Pod; stop?: PodStop; status: PodStatus; now: number }): PodStop | undefined {
  const { pod, stop, status, now } = input;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata ?? {};
  if (deletionTimestamp) {
    const graceSeconds = deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
    return { ...stop, graceSeconds: Math.min(stop?.graceSeconds ?? graceSeconds, graceSeconds) };
  }
  if (stop) return stop;
  const deadline = deadlineOf(pod, status);
  if (deadline === undefined || deadline > now) return undefined;
  const message = 'Pod was active on the node longer than the specified deadline';
  const graceSeconds = pod.spec?.terminationGracePeriodSeconds ?? 30;
  return { graceSeconds, failure: { reason: 'DeadlineExceeded', message } };
}
