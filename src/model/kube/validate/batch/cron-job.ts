// Validation of cron jobs.
import type { CronJob } from '../../generated/kinds.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { CRON_JOB_NAME_MAX } from '../limits.ts';
import { nonNegative } from '../numbers.ts';
import { validateJobSpec } from './job.ts';
import { scheduleProblem } from './schedule.ts';

export function validateCronJob(cronJob: CronJob, to: Findings): void {
  const spec = cronJob.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  const name = cronJob.metadata?.name ?? '';
  if (name.length > CRON_JOB_NAME_MAX)
    to.invalid('metadata.name', name, `must be no more than ${CRON_JOB_NAME_MAX} characters`);
  if (!spec.schedule) to.required('spec.schedule');
  else if (spec.schedule.includes('TZ'))
    to.invalid('spec.schedule', spec.schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  else {
    const problem = scheduleProblem(spec.schedule);
    if (problem) to.invalid('spec.schedule', spec.schedule, problem);
  }
  if (spec.timeZone !== undefined) validateTimeZone(spec.timeZone, to);
  nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', to);
  nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', to);
  nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', to);
  oneOf(spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy', to);
  if (!spec.jobTemplate?.spec) {
    to.required('spec.jobTemplate.spec');
    return;
  }
  if (spec.jobTemplate.spec.selector)
    to.invalid('spec.jobTemplate.spec.selector', spec.jobTemplate.spec.selector, '`selector` will be auto-generated');
  validateJobSpec(spec.jobTemplate.spec, 'spec.jobTemplate.spec', to);
}

function validateTimeZone(zone: string, to: Findings): void {
  if (!zone) to.invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string');
  else if (zone.toLowerCase() === 'local')
    to.invalid(
      'spec.timeZone',
      zone,
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    );
  else
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
    } catch (error) {
      to.invalid(
        'spec.timeZone',
        zone,
        `unknown time zone ${zone}${error instanceof RangeError ? '' : `: ${String(error)}`}`,
      );
    }
}
