// What a cron job does at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, Job } from '#model/kube';
import { planCronJob } from './cron-job.plan.ts';

const nowMs = Date.parse('2026-01-14T10:07:30Z');
const job = (name: string, ended?: 'Complete' | 'Failed', startTime = '2026-01-14T10:00:00Z'): Job => ({
  metadata: { name },
  status: {
    startTime,
    ...(ended === 'Complete' ? { completionTime: startTime } : {}),
    conditions: ended ? [{ type: ended, status: 'True' }] : [],
  },
});
const plan = (spec: Partial<CronJob['spec'] & object>, jobs: Job[] = [], lastScheduleTime = '2026-01-14T10:00:00Z') =>
  planCronJob({
    cron: {
      metadata: { name: 'c', creationTimestamp: '2026-01-14T09:00:00Z' },
      spec: { schedule: '*/5 * * * *', jobTemplate: {}, ...spec },
      status: { lastScheduleTime },
    },
    jobs,
    nowMs,
  });
const names = (jobs: readonly Job[]) => jobs.map((j) => j.metadata?.name);

test('starts the last job that is due, once, under a name of its time', () => {
  const { start, againAfterMs } = plan({});
  assert.equal(start?.scheduledMs, Date.parse('2026-01-14T10:05:00Z'));
  assert.equal(start?.name, `c-${Date.parse('2026-01-14T10:05:00Z') / 60_000}`);
  assert.equal(againAfterMs, 150_000);
  assert.equal(plan({}, [], '2026-01-14T10:05:00Z').start, undefined);
});

test('does nothing while suspended, nor after the deadline', () => {
  assert.equal(plan({ suspend: true }).start, undefined);
  assert.equal(plan({ startingDeadlineSeconds: 60 }).start, undefined);
  assert.ok(plan({ startingDeadlineSeconds: 150 }).start);
});

test('treats jobs that still run as it is told', () => {
  assert.ok(plan({ concurrencyPolicy: 'Allow' }, [job('old')]).start);
  const forbidden = plan({ concurrencyPolicy: 'Forbid' }, [job('old')]);
  assert.deepEqual([forbidden.start, forbidden.skipped], [undefined, true]);
  const replaced = plan({ concurrencyPolicy: 'Replace' }, [job('old'), job('done', 'Complete')]);
  assert.deepEqual(names(replaced.stop), ['old']);
  assert.ok(replaced.start);
});

test('keeps as much of its history as it is told, the newest', () => {
  const times = ['2026-01-14T09:00:00Z', '2026-01-14T09:05:00Z', '2026-01-14T09:10:00Z'];
  const jobs = times.flatMap((time, i) => [job(`done-${i}`, 'Complete', time), job(`failed-${i}`, 'Failed', time)]);
  const { forget, lastSuccessfulTime } = plan({ successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 0 }, jobs);
  assert.deepEqual(names(forget), ['done-0', 'failed-2', 'failed-1', 'failed-0']);
  assert.equal(lastSuccessfulTime, times[2]);
});

test('a clock that jumps two years ahead starts one missed job; one that goes back starts none twice, and goes on', () => {
  const ahead = plan({}, [], '2024-01-14T10:00:00Z');
  assert.equal(ahead.start?.scheduledMs, Date.parse('2026-01-14T10:05:00Z'));
  assert.equal(plan({}, [], '2026-01-14T10:05:00Z').start, undefined, 'and no other');
  const anHourBack = plan({}, [], '2026-01-14T11:00:00Z');
  assert.deepEqual([anHourBack.start, anHourBack.skipped], [undefined, false]);
  const twoYearsBack = (at: string) =>
    planCronJob({
      cron: {
        metadata: { name: 'c', creationTimestamp: '2026-01-14T09:00:00Z' },
        spec: { schedule: '*/5 * * * *', jobTemplate: {} },
        status: { lastScheduleTime: '2028-01-14T10:00:00Z' },
      },
      jobs: [],
      nowMs: Date.parse(at),
    });
  const between = twoYearsBack('2026-01-14T10:07:30Z');
  assert.deepEqual([between.start, between.againAfterMs], [undefined, 150_000]);
  assert.equal(twoYearsBack('2026-01-14T10:10:01Z').start?.scheduledMs, Date.parse('2026-01-14T10:10:00Z'));
});
