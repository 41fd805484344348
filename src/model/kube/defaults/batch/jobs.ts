// Defaults of jobs and cron jobs.
import type { CronJob, Job } from '../../generated/kinds.ts';
import { defaultPodTemplate } from '../core/pod.ts';

const INT32_MAX = 2_147_483_647;

export function defaultJob(job: Job): void {
  const spec = job.spec;
  if (!spec) return;
  // A job that says nothing runs one pod once; one that only lacks parallelism is a work queue.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : INT32_MAX;
  spec.completionMode ||= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ||= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  for (const rule of spec.podFailurePolicy?.rules ?? [])
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  defaultPodTemplate(spec.template);
  const labels = spec.template?.metadata?.labels;
  if (labels && !Object.keys(job.metadata?.labels ?? {}).length) {
    job.metadata ??= {};
    job.metadata.labels = { ...labels };
  }
}

export function defaultCronJob(cronJob: CronJob): void {
  const spec = cronJob.spec;
  if (!spec) return;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  defaultPodTemplate(spec.jobTemplate?.spec?.template);
}
