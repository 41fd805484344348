// When schedules come due.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronSchedule } from './cron-schedule.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const text = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);
const YEAR = 366 * 86_400_000;

test('the next and the last time of a schedule', () => {
  const now = at('2026-01-14T10:07:30'); // a Wednesday
  const cases: [schedule: string, zone: string | undefined, last: string, next: string][] = [
    ['* * * * *', undefined, '2026-01-14T10:07', '2026-01-14T10:08'],
    ['*/15 * * * *', undefined, '2026-01-14T10:00', '2026-01-14T10:15'],
    ['5-7 10 * * *', undefined, '2026-01-14T10:07', '2026-01-15T10:05'],
    ['0 3 * * mon', undefined, '2026-01-12T03:00', '2026-01-19T03:00'],
    ['0 0 1 jan,jul *', undefined, '2026-01-01T00:00', '2026-07-01T00:00'],
    ['0 0 13 * fri', undefined, '2026-01-13T00:00', '2026-01-16T00:00'],
    ['@hourly', undefined, '2026-01-14T10:00', '2026-01-14T11:00'],
    ['@weekly', undefined, '2026-01-11T00:00', '2026-01-18T00:00'],
    ['30 9 * * *', 'Asia/Kolkata', '2026-01-14T04:00', '2026-01-15T04:00'],
    ['0 12 * * *', 'America/New_York', '2026-01-13T17:00', '2026-01-14T17:00'],
    ['0 12 1 7 *', 'America/New_York', '2025-07-01T16:00', '2026-07-01T16:00'],
  ];
  for (const [schedule, zone, last, next] of cases) {
    const cron = cronSchedule(schedule, zone);
    assert.equal(text(cron.last(now - YEAR, now)), last, schedule);
    assert.equal(text(cron.next(now, now + YEAR, now)), next, schedule);
  }
  assert.equal(cronSchedule('0 3 * * *').last(at('2026-01-14T03:00:00'), now), undefined, 'after is not in the span');
  assert.equal(cronSchedule('0 0 30 2 *').next(now, now + YEAR, now), undefined);
});

test('an interval counts from where it began', () => {
  const from = at('2026-01-14T10:00:00');
  const every = cronSchedule('@every 1h30m');
  assert.equal(text(every.last(from, at('2026-01-14T13:10:00'))), '2026-01-14T13:00');
  assert.equal(every.last(from, at('2026-01-14T11:00:00')), undefined);
  assert.equal(text(every.next(at('2026-01-14T10:10:00'), from + YEAR, from)), '2026-01-14T11:30');
});
