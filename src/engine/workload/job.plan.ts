// Decides the next step of a Job. A Job ends in two steps: first it is decided (SuccessCriteriaMet or FailureTarget) and its
// pods are stopped, then, when all are gone and counted, it is Complete or Failed. Source: Kubernetes concepts "Jobs".
import type { Job, JobCondition, JobStatus, Pod } from '#model/kube';
import { countJob, indexOf, isIndexed, type JobCount } from './job-count.ts';
import { formatIndexes, parseIndexes } from './job-indexes.ts';
import { isPodReady } from './pod-state.ts';

export interface JobInput {
  readonly job: Job;
  /** All pods that the Job controls, finished ones included. */
  readonly pods: readonly Pod[];
  /** The same time twice: RFC 3339 and milliseconds. */
  readonly now: string;
  readonly nowMs: number;
}

export interface JobPlan {
  readonly status: JobStatus;
  readonly create: readonly { index?: number; failures?: number }[];
  readonly remove: readonly Pod[];
  readonly untrack: readonly Pod[];
  readonly againAfterMs?: number;
}

const RETRY_FIRST_MS = 10_000;
const RETRY_MAX_MS = 600_000;
/** Pods made in one pass; the next pass goes on. */
const CREATE_MAX = 500;

type Ending = Pick<JobCondition, 'type' | 'reason' | 'message'>;

export function isJobFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(
    (c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True',
  );
}

export function planJob(input: JobInput): JobPlan {
  const { job, now } = input;
  const count = countJob(job, input.pods);
  const suspended = job.spec?.suspend === true;
  const conditions = new Map((job.status?.conditions ?? []).map((c) => [c.type, c]));
  const set = (type: string, status: string, reason: string, message: string): void => {
    if (conditions.get(type)?.status === status && conditions.get(type)?.reason === reason) return;
    conditions.set(type, { type, status, reason, message, lastProbeTime: now, lastTransitionTime: now });
  };
  const decided = ending(input, count, conditions);
  if (decided) set(decided.type, 'True', decided.reason ?? '', decided.message ?? '');
  if (!decided && suspended) set('Suspended', 'True', 'JobSuspended', 'Job suspended');
  else if (!decided && conditions.has('Suspended')) set('Suspended', 'False', 'JobResumed', 'Job resumed');
  const over =
    decided && count.active.length + count.terminating + count.noted.succeeded.length + count.noted.failed.length === 0;
  if (over && decided)
    set(decided.type === 'FailureTarget' ? 'Failed' : 'Complete', 'True', decided.reason ?? '', decided.message ?? '');
  const idle = suspended && !decided;
  const startTime = idle ? undefined : (job.status?.startTime ?? now);
  const steps = decided || suspended ? { create: [], remove: [...count.active] } : nextPods(input, count);
  const status = statusOf({
    job,
    count,
    conditions: [...conditions.values()],
    startTime,
    completionTime: over && decided?.type === 'SuccessCriteriaMet' ? now : undefined,
  });
  const wait = Math.min(
    steps.waitMs ?? Number.POSITIVE_INFINITY,
    decided ? Number.POSITIVE_INFINITY : deadlineMs(job, startTime) - input.nowMs,
  );
  return {
    status,
    create: steps.create,
    remove: steps.remove,
    untrack: count.untrack,
    ...(Number.isFinite(wait) ? { againAfterMs: Math.max(0, wait) } : {}),
  };
}

function statusOf(parts: {
  job: Job;
  count: JobCount;
  conditions: JobCondition[];
  startTime: string | undefined;
  completionTime: string | undefined;
}): JobStatus {
  const { job, count, conditions, startTime } = parts;
  const completionTime = job.status?.completionTime ?? parts.completionTime;
  const { succeeded, failed } = count.noted;
  return {
    active: count.active.length,
    ready: count.active.filter(isPodReady).length,
    terminating: count.terminating,
    ...(count.counted.succeeded > 0 ? { succeeded: count.counted.succeeded } : {}),
    ...(count.counted.failed > 0 ? { failed: count.counted.failed } : {}),
    ...(count.completed.size > 0 ? { completedIndexes: formatIndexes(count.completed) } : {}),
    ...(job.spec?.backoffLimitPerIndex !== undefined ? { failedIndexes: formatIndexes(count.failedIndexes) } : {}),
    uncountedTerminatedPods: {
      ...(succeeded.length > 0 ? { succeeded } : {}),
      ...(failed.length > 0 ? { failed } : {}),
    },
    ...(startTime ? { startTime } : {}),
    ...(completionTime ? { completionTime } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function deadlineMs(job: Job, startTime: string | undefined): number {
  const seconds = job.spec?.activeDeadlineSeconds;
  return seconds === undefined || !startTime ? Number.POSITIVE_INFINITY : Date.parse(startTime) + seconds * 1000;
}

/** What ends the Job, decided before or now. */
function ending(input: JobInput, count: JobCount, conditions: ReadonlyMap<string, JobCondition>): Ending | undefined {
  const { job, nowMs } = input;
  const before = conditions.get('FailureTarget') ?? conditions.get('SuccessCriteriaMet');
  if (before?.status === 'True') return before;
  const fail = (reason: string, message: string): Ending => ({ type: 'FailureTarget', reason, message });
  if (count.failJob !== undefined) return fail('PodFailurePolicy', count.failJob);
  const limit = job.spec?.backoffLimit ?? (job.spec?.backoffLimitPerIndex === undefined ? 6 : 2147483647);
  const failures = count.counted.failed + count.noted.failed.length;
  const restarts = job.spec?.template.spec?.restartPolicy === 'OnFailure' ? restartsOf(count.active) : 0;
  if (failures > limit || (restarts > 0 && restarts >= limit)) {
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (!job.spec?.suspend && deadlineMs(job, job.status?.startTime) <= nowMs) {
    return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return indexedEnding(job, count) ?? success(job, count);
}

function restartsOf(pods: readonly Pod[]): number {
  const statuses = pods.flatMap((pod) => [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ]);
  return statuses.reduce((sum, status) => sum + status.restartCount, 0);
}

function indexedEnding(job: Job, count: JobCount): Ending | undefined {
  if (!isIndexed(job)) return undefined;
  const { completions = 1, maxFailedIndexes, successPolicy, backoffLimitPerIndex } = job.spec ?? {};
  for (const [place, rule] of (successPolicy?.rules ?? []).entries()) {
    const among = rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes);
    const done = among ? [...count.completed].filter((index) => among.has(index)).length : count.completed.size;
    if (done >= (rule.succeededCount ?? among?.size ?? completions)) {
      return { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message: `Matched rules at index ${place}` };
    }
  }
  if (backoffLimitPerIndex === undefined || count.failedIndexes.size === 0) return undefined;
  const fail = (reason: string, message: string): Ending => ({ type: 'FailureTarget', reason, message });
  if (maxFailedIndexes !== undefined && count.failedIndexes.size > maxFailedIndexes) {
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (count.failedIndexes.size + count.completed.size >= completions)
    return fail('FailedIndexes', 'Job has failed indexes');
  return undefined;
}

function success(job: Job, count: JobCount): Ending | undefined {
  const succeeded = count.counted.succeeded + count.noted.succeeded.length;
  const { completions } = job.spec ?? {};
  const reached = completions === undefined ? succeeded > 0 && count.active.length === 0 : succeeded >= completions;
  if (!reached) return undefined;
  return {
    type: 'SuccessCriteriaMet',
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  };
}

function nextPods(
  input: JobInput,
  count: JobCount,
): { create: { index?: number; failures?: number }[]; remove: Pod[]; waitMs?: number } {
  const { job } = input;
  const { completions, parallelism = 1 } = job.spec ?? {};
  const succeeded = count.counted.succeeded + count.noted.succeeded.length;
  const failed = isIndexed(job) ? count.failedIndexes.size : 0;
  const open =
    completions === undefined ? (succeeded > 0 ? count.active.length : parallelism) : completions - succeeded - failed;
  const wanted = Math.max(0, Math.min(open, parallelism));
  const duplicates = isIndexed(job) ? superfluous(count, completions ?? 1) : [];
  const living = count.active.filter((pod) => !duplicates.includes(pod));
  if (living.length > wanted) {
    const last = [...living].sort((a, b) => Number(isPodReady(a)) - Number(isPodReady(b)) || indexOf(b) - indexOf(a));
    return { create: [], remove: [...duplicates, ...last.slice(0, living.length - wanted)] };
  }
  const waits = job.spec?.podReplacementPolicy === 'Failed' || job.spec?.podFailurePolicy ? count.terminating : 0;
  const missing = Math.min(wanted - living.length - waits, CREATE_MAX);
  if (missing <= 0) return { create: [], remove: duplicates };
  const waitMs = retryWaitMs(input);
  if (waitMs > 0) return { create: [], remove: duplicates, waitMs };
  if (!isIndexed(job)) return { create: Array.from({ length: missing }, () => ({})), remove: duplicates };
  const taken = new Set(living.map(indexOf));
  const free = [...Array(completions ?? 1).keys()].filter(
    (index) => !taken.has(index) && !count.completed.has(index) && !count.failedIndexes.has(index),
  );
  return {
    create: free.slice(0, missing).map((index) => ({ index, failures: count.failuresOfIndex.get(index) ?? 0 })),
    remove: duplicates,
  };
}

/** Active pods of an index that is done, out of range, or has another active pod. */
function superfluous(count: JobCount, completions: number): Pod[] {
  const seen = new Set<number>();
  return count.active.filter((pod) => {
    const index = indexOf(pod);
    const extra =
      index < 0 ||
      index >= completions ||
      count.completed.has(index) ||
      count.failedIndexes.has(index) ||
      seen.has(index);
    seen.add(index);
    return extra;
  });
}

/** After failures in a row, each replacement waits twice as long as the one before. */
function retryWaitMs({ pods, nowMs }: JobInput): number {
  const endOf = (pod: Pod): number =>
    Math.max(
      0,
      ...(pod.status?.containerStatuses ?? []).map((s) => Date.parse(s.state?.terminated?.finishedAt ?? '') || 0),
    ) ||
    Date.parse(pod.metadata?.deletionTimestamp ?? pod.metadata?.creationTimestamp ?? '') ||
    nowMs;
  const lastSuccess = Math.max(0, ...pods.filter((pod) => pod.status?.phase === 'Succeeded').map(endOf));
  const ends = pods.filter((pod) => pod.status?.phase === 'Failed').map(endOf);
  const failures = ends.filter((end) => end > lastSuccess);
  if (failures.length === 0) return 0;
  const delay = Math.min(RETRY_FIRST_MS * 2 ** (failures.length - 1), RETRY_MAX_MS);
  return Math.max(0, Math.max(...failures) + delay - nowMs);
}
