// The site's time in a process: what the file says, and what happens when the system clock moves under it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { testFolder } from '#platform/process';
import type { MachineTime } from './machine-time.ts';
import { type ClockFile, siteClock } from './site-clock.ts';

const DAY_MS = 86_400_000;
const folder = testFolder('site-clock');
after(() => fs.rmSync(folder, { recursive: true }));
let files = 0;

function trial() {
  const file = path.join(folder, `${files++}.json`);
  const at = { system: Date.UTC(2026, 11, 1), boot: 500_000, mono: 1_000 };
  const machine: MachineTime = {
    systemMs: () => at.system,
    bootMs: () => at.boot,
    monotonicMs: () => at.mono,
  };
  return {
    at,
    file,
    clock: siteClock({ file, machine }),
    pass(ms: number) {
      at.system += ms;
      at.boot += ms;
      at.mono += ms;
    },
    /** As holdfastd does it: aside, then in place. */
    tell(told: Partial<ClockFile>) {
      const whole = { version: 1, offsetMs: 0, systemMinusBootMs: at.system - at.boot, ...told };
      fs.writeFileSync(`${file}.tmp`, JSON.stringify(whole));
      fs.renameSync(`${file}.tmp`, file);
      at.mono += 1_000;
      at.boot += 1_000;
      at.system += 1_000;
    },
  };
}

test('without a file it is the system clock', () => {
  const { clock, at } = trial();
  assert.equal(clock.now(), at.system);
  at.system += DAY_MS;
  assert.equal(clock.now(), at.system);
});

test('the offset counts from when it is written, and a damaged file changes nothing', () => {
  const { clock, at, tell, file, pass } = trial();
  tell({ offsetMs: 31 * DAY_MS });
  assert.equal(clock.now(), at.system + 31 * DAY_MS);
  fs.writeFileSync(file, '{"version":1,"offs');
  pass(5_000);
  assert.equal(clock.now(), at.system + 31 * DAY_MS);
  fs.rmSync(file);
  pass(5_000);
  assert.equal(clock.now(), at.system);
});

test('when the system clock is set, the time goes on as if it had not been, until holdfastd has decided', () => {
  const { clock, at, tell, pass } = trial();
  tell({ offsetMs: 0 });
  const before = clock.now();
  at.system += 40 * 365 * DAY_MS;
  assert.equal(clock.now(), before);
  pass(2_500);
  assert.equal(clock.now(), before + 2_500);
  tell({ offsetMs: -40 * 365 * DAY_MS });
  assert.equal(clock.now(), before + 3_500);
});

test('time that the machine has slept has passed', () => {
  const { clock, at, tell } = trial();
  tell({ offsetMs: DAY_MS });
  const before = clock.now();
  at.system += 3 * DAY_MS;
  at.boot += 3 * DAY_MS;
  assert.equal(clock.now(), before + 3 * DAY_MS);
});

test('a jump is told to those who wait, and leeway lets both times judge', async () => {
  const { clock, at, tell, pass } = trial();
  tell({ offsetMs: 0 });
  clock.now();
  const told = new Promise<void>((resolve) => clock.onJump?.(resolve));
  tell({ offsetMs: 2 * DAY_MS, leeway: { backMs: 2 * DAY_MS, aheadMs: 0, untilBootMs: at.boot + 60_000 } });
  await told;
  const now = clock.now();
  assert.deepEqual(clock.judgedBetween?.(), { earliestMs: now - 2 * DAY_MS, latestMs: now });
  pass(60_000);
  assert.deepEqual(clock.judgedBetween?.(), { earliestMs: clock.now(), latestMs: clock.now() });
  clock.close();
});
