// Counts the pods of a Job exactly once each. A finished pod is first noted in the status, then loses its finalizer, then
// is added to the totals; whatever happens in between, the next pass goes on where this one stopped.
//
//   finished, with finalizer --> noted in uncountedTerminatedPods --> finalizer gone --> in the totals
//
// Source: Kubernetes concepts "Jobs", "Job tracking with finalizers".
import type { Job, Pod } from '#model/kube';
import { judgeFailure } from './job-failure.ts';
import { parseIndexes } from './job-indexes.ts';
import { isPodTerminal } from './pod-state.ts';

export const jobFinalizer = 'batch.kubernetes.io/job-tracking';
export const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

export interface JobCount {
  readonly active: readonly Pod[];
  readonly terminating: number;
  /** In the totals. */
  readonly counted: { succeeded: number; failed: number };
  /** Noted, not yet in the totals. */
  readonly noted: { succeeded: string[]; failed: string[] };
  readonly completed: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  readonly failuresOfIndex: ReadonlyMap<number, number>;
  /** Pods to take the finalizer off, once the status that notes them is written. */
  readonly untrack: readonly Pod[];
  /** Why the policy ends the Job. */
  readonly failJob?: string;
}

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

export function indexOf(pod: Pod): number {
  return Number(pod.metadata?.annotations?.[indexAnnotation] ?? -1);
}

const uidOf = (pod: Pod): string => pod.metadata?.uid ?? '';
const isTracked = (pod: Pod): boolean => (pod.metadata?.finalizers ?? []).includes(jobFinalizer);

function hasFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  const waits =
    (job.spec?.podReplacementPolicy ?? (job.spec?.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed')) === 'Failed';
  return Boolean(pod.metadata?.deletionTimestamp) && pod.status?.phase !== 'Succeeded' && !waits;
}

export function countJob(job: Job, pods: readonly Pod[]): JobCount {
  const { status } = job;
  const indexed = isIndexed(job);
  const byUid = new Map(pods.map((pod) => [uidOf(pod), pod]));
  const counted = { succeeded: status?.succeeded ?? 0, failed: status?.failed ?? 0 };
  const noted: { succeeded: string[]; failed: string[] } = { succeeded: [], failed: [] };
  for (const outcome of ['succeeded', 'failed'] as const) {
    for (const uid of status?.uncountedTerminatedPods?.[outcome] ?? []) {
      const pod = byUid.get(uid);
      if (pod && isTracked(pod)) noted[outcome].push(uid);
      else counted[outcome] += 1;
    }
  }
  const completed = parseIndexes(status?.completedIndexes);
  const failedIndexes = parseIndexes(status?.failedIndexes);
  const failuresOfIndex = new Map<number, number>();
  const untrack: Pod[] = [];
  const suspended = job.spec?.suspend === true;
  let failJob: string | undefined;
  for (const pod of pods) {
    const failed = hasFailed(job, pod);
    const verdict = failed && pod.status?.phase === 'Failed' ? judgeFailure(job, pod) : { action: 'Count' as const };
    if (failed && verdict.action !== 'Ignore' && !suspended) {
      failuresOfIndex.set(indexOf(pod), Math.max(failuresOfIndex.get(indexOf(pod)) ?? 0, previousFailures(pod) + 1));
    }
    if (!isTracked(pod) || (!failed && pod.status?.phase !== 'Succeeded')) continue;
    untrack.push(pod);
    if (verdict.action === 'FailJob') failJob ??= verdict.message;
    if (verdict.action === 'FailIndex') failedIndexes.add(indexOf(pod));
    if (failed) {
      const known = noted.failed.includes(uidOf(pod));
      if (!known && verdict.action !== 'Ignore' && !(suspended && pod.status?.phase !== 'Failed'))
        noted.failed.push(uidOf(pod));
    } else if (indexed) completed.add(indexOf(pod));
    else if (!noted.succeeded.includes(uidOf(pod))) noted.succeeded.push(uidOf(pod));
  }
  const perIndex = job.spec?.backoffLimitPerIndex;
  if (perIndex !== undefined)
    for (const [index, count] of failuresOfIndex) if (count > perIndex) failedIndexes.add(index);
  for (const index of completed) failedIndexes.delete(index);
  if (indexed) counted.succeeded = completed.size;
  return {
    active: pods.filter((pod) => !isPodTerminal(pod) && !pod.metadata?.deletionTimestamp),
    terminating: pods.filter((pod) => !isPodTerminal(pod) && pod.metadata?.deletionTimestamp).length,
    counted,
    noted,
    completed,
    failedIndexes,
    failuresOfIndex,
    untrack,
    ...(failJob === undefined ? {} : { failJob }),
  };
}

/** Failures that a pod's predecessors of the same index had. */
export function previousFailures(pod: Pod): number {
  return Number(pod.metadata?.annotations?.['batch.kubernetes.io/job-index-failure-count'] ?? 0);
}
