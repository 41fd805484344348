// Decides for a cron job: which job to start now, which to stop for it, which finished ones to forget, when to look again.
// Source: Kubernetes concepts "CronJob" (concurrency policy, starting deadline, history limits).
import type { CronJob, CronJobStatus, Job } from '#model/kube';
import { cronSchedule } from './cron-schedule.ts';
import { isJobFinished } from './job.plan.ts';

const LOOK_AGAIN_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
/** A last start this far ahead is from a clock that was wrong; one that is nearer is waited for, so that nothing runs twice. */
const LAST_AHEAD_MS_MAX = 24 * 3_600_000;

export interface CronJobInput {
  readonly cron: CronJob;
  /** The jobs that it controls. */
  readonly jobs: readonly Job[];
  readonly nowMs: number;
}

export interface CronJobPlan {
  /** The job to make, and the time for which it is. */
  readonly start?: { readonly name: string; readonly scheduledMs: number };
  /** Due, and not started because another still runs. */
  readonly skipped: boolean;
  readonly stop: readonly Job[];
  readonly forget: readonly Job[];
  /** Without `active` and `lastScheduleTime`, which follow from what was done. */
  readonly lastSuccessfulTime?: string;
  readonly running: readonly Job[];
  readonly againAfterMs?: number;
}

const endedAs = (job: Job, type: string): boolean =>
  job.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
const startOf = (job: Job): number => Date.parse(job.status?.startTime ?? job.metadata?.creationTimestamp ?? '');

function beyond(jobs: readonly Job[], type: string, limit: number): readonly Job[] {
  const ended = jobs.filter((job) => endedAs(job, type)).sort((a, b) => startOf(b) - startOf(a));
  return ended.slice(limit);
}

function lastSuccess(status: CronJobStatus | undefined, jobs: readonly Job[]): string | undefined {
  const times = jobs.filter((job) => endedAs(job, 'Complete')).map((job) => job.status?.completionTime);
  return [status?.lastSuccessfulTime, ...times]
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
}

export function planCronJob({ cron, jobs, nowMs }: CronJobInput): CronJobPlan {
  const { metadata, spec, status } = cron;
  const running = jobs.filter((job) => !isJobFinished(job) && !job.metadata?.deletionTimestamp);
  const lastSuccessfulTime = lastSuccess(status, jobs);
  const settled = {
    forget: [
      ...beyond(jobs, 'Complete', spec?.successfulJobsHistoryLimit ?? 3),
      ...beyond(jobs, 'Failed', spec?.failedJobsHistoryLimit ?? 1),
    ].filter((job) => !job.metadata?.deletionTimestamp),
    ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}),
    running,
  };
  if (!spec || spec.suspend || metadata?.deletionTimestamp) return { ...settled, skipped: false, stop: [] };
  const schedule = cronSchedule(spec.schedule, spec.timeZone);
  const last = Date.parse(status?.lastScheduleTime ?? metadata?.creationTimestamp ?? '');
  const since = last - nowMs > LAST_AHEAD_MS_MAX ? nowMs - MINUTE_MS : last;
  const deadline = spec.startingDeadlineSeconds;
  const earliest = deadline === undefined ? since : Math.max(since, nowMs - deadline * 1000 - 1);
  const due = schedule.last(earliest, nowMs);
  const next = schedule.next(nowMs, nowMs + LOOK_AGAIN_MS, since);
  const again = { againAfterMs: (next ?? nowMs + LOOK_AGAIN_MS) - nowMs };
  if (due === undefined) return { ...settled, ...again, skipped: false, stop: [] };
  if (spec.concurrencyPolicy === 'Forbid' && running.length > 0)
    return { ...settled, ...again, skipped: true, stop: [] };
  const name = `${metadata?.name}-${Math.floor(due / MINUTE_MS)}`;
  const stop = spec.concurrencyPolicy === 'Replace' ? running : [];
  return { ...settled, ...again, skipped: false, stop, start: { name, scheduledMs: due } };
}
