// Steady times, and what the runtime says by a clock of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '#platform/clock';
import { steadyTime } from './steady-time.ts';

const YEAR_MS = 365 * 86_400_000;

test('no jump touches a steady time', async () => {
  const clock = fakeClock();
  const { steady } = steadyTime({ clock, runtimeNow: clock.now });
  const start = clock.now();
  clock.jump(2 * YEAR_MS);
  await clock.advance(5_000);
  clock.jump(-40 * YEAR_MS);
  assert.equal(steady(), start + 5_000);
});

test("the runtime's times are read as the site's, and never as times to come", () => {
  const clock = fakeClock();
  const runtime = { ms: clock.now() };
  const { siteTimeOf } = steadyTime({ clock, runtimeNow: () => runtime.ms });
  assert.equal(siteTimeOf(runtime.ms - 5_000), clock.now() - 5_000);
  clock.jump(2 * YEAR_MS);
  assert.equal(siteTimeOf(runtime.ms - 5_000), clock.now() - 5_000, 'the site is ahead');
  clock.jump(-4 * YEAR_MS);
  assert.equal(siteTimeOf(runtime.ms - 5_000), clock.now() - 5_000, 'the site is behind');
  runtime.ms -= YEAR_MS;
  assert.equal(siteTimeOf(runtime.ms + YEAR_MS), clock.now(), 'the machine clock went back under it');
  assert.equal(siteTimeOf(0), 0, 'what has not happened');
});
