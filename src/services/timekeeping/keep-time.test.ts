// Time kept on disk and told to processes, on a machine whose clocks a test moves.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import { fakeClock, type MachineTime, siteClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { type FakeServer, fakeNtp } from '#platform/ntp';
import { testFolder } from '#platform/process';
import type { ClockSettings } from './contract.ts';
import { keepTime } from './keep-time.ts';

const DAY_MS = 86_400_000;
const root = testFolder('timekeeping');
after(() => fs.rmSync(root, { recursive: true }));
let sites = 0;

function trial(of: { servers?: Record<string, FakeServer>; settings?: Partial<ClockSettings> } = {}) {
  const folder = path.join(root, String(sites++));
  const ratchetFile = `${folder}/state/clock.json`;
  const clockFile = `${folder}/run/clock.json`;
  const clock = fakeClock(Date.UTC(2027, 0, 1));
  const machine = { boot: 1, since: 0, off: 0 };
  const events: string[] = [];
  const set: number[] = [];
  const reading = () => ({
    bootId: `boot-${machine.boot}`,
    bootMs: clock.monotonicMs() - machine.since,
    systemMs: clock.now() + machine.off,
  });
  const machineTime: MachineTime = {
    systemMs: () => reading().systemMs,
    bootMs: () => reading().bootMs,
    monotonicMs: () => clock.monotonicMs(),
  };
  const ntp = fakeNtp({ trueMs: () => clock.now(), servers: of.servers ?? {} });
  const start = () =>
    keepTime({
      ratchetFile,
      clockFile,
      clock,
      reading,
      ntp,
      settings: () => ({ ntpServers: Object.keys(of.servers ?? {}), setSystemClock: false, ...of.settings }),
      setSystem: async (timeMs) => {
        set.push(timeMs);
        machine.off = timeMs - clock.now();
      },
      event: ({ reason }) => events.push(reason),
      log: memoryLog(),
    });
  /** What a process of the site takes the time for, off the truth. */
  const toldOff = () => siteClock({ file: clockFile, machine: machineTime }).now() - clock.now();
  const reboot = (off: number) => {
    Object.assign(machine, { boot: machine.boot + 1, since: clock.monotonicMs(), off });
    fs.rmSync(`${folder}/run`, { recursive: true });
    return start();
  };
  return { clock, machine, events, set, ntp, start, reboot, toldOff, ratchetFile, clockFile };
}
const near = (actual: number, wanted: number, what: string): void =>
  assert.ok(Math.abs(actual - wanted) <= 20, `${what}: ${actual}, not ${wanted}`);

test('a jump is noticed within a second, moves no process, and is said', async () => {
  const { clock, machine, start, events, toldOff } = trial();
  const keeper = start();
  machine.off = 31 * DAY_MS;
  near(toldOff(), 0, 'before it is noticed');
  await clock.advance(1_000);
  near(toldOff(), 0, 'after it is noticed');
  assert.deepEqual(events, ['SystemClockJumped']);
  assert.equal(keeper.condition().holds, false);
  keeper.confirm();
  near(toldOff(), 31 * DAY_MS, 'confirmed');
  keeper.undo();
  near(toldOff(), 0, 'taken back');
  assert.deepEqual(events, ['SystemClockJumped', 'ClockConfirmed', 'ClockUndone', 'RatchetLowered']);
  keeper.close();
});

test('what was decided holds across a restart and a reboot', async () => {
  const { clock, start, reboot, toldOff } = trial();
  const first = start();
  first.confirm(clock.now() + 31 * DAY_MS);
  first.close();
  const second = start();
  near(toldOff(), 31 * DAY_MS, 'restarted');
  second.close();
  const third = reboot(0);
  near(toldOff(), 31 * DAY_MS, 'rebooted');
  assert.equal(third.condition().holds, true);
  third.close();
});

test('a reboot at 1970 goes on from what has passed, until somebody knows better', async () => {
  const { clock, start, reboot, toldOff, events } = trial();
  const first = start();
  first.sample('hub', clock.now(), 40);
  await clock.advance(3_600_000);
  first.close();
  const bad = reboot(-clock.now());
  near(toldOff(), 0, 'a short power-off');
  assert.deepEqual(events, ['ClockCorroborated', 'SystemClockBehind']);
  bad.sample('hub', clock.now(), 40);
  assert.equal(bad.condition().holds, true);
  bad.close();
});

test('half a day costs two writes', async () => {
  const { clock, start, ratchetFile, clockFile } = trial();
  const keeper = start();
  let writes = 0;
  const marks = new Map<string, string>();
  for (let minute = 0; minute < 12 * 60; minute++) {
    await clock.advance(60_000);
    keeper.sample('hub', clock.now(), 100);
    for (const file of [ratchetFile, clockFile]) {
      const { ino, mtimeMs } = fs.statSync(file);
      if (marks.has(file) && marks.get(file) !== `${ino} ${mtimeMs}`) writes++;
      marks.set(file, `${ino} ${mtimeMs}`);
    }
  }
  assert.ok(writes <= 2, `${writes} writes`);
  assert.ok(fs.statSync(ratchetFile).size < 1_000);
  keeper.close();
});

test('the majority of the time servers sets the time; liars and those who want rest do not', async () => {
  const servers = {
    a: { offMs: 10 },
    b: { offMs: -10 },
    c: { offMs: 5 },
    liar: { offMs: 400 * DAY_MS },
    e: { kiss: 'RATE' },
  };
  const { clock, machine, start, toldOff, ntp, events } = trial({ servers });
  machine.off = -2 * DAY_MS;
  const keeper = start();
  await clock.advance(0);
  near(toldOff(), 0, 'set');
  assert.deepEqual(events, ['ClockSet']);
  assert.equal(keeper.status().restsOn.kind, 'ntp');
  await clock.advance(1_024_000);
  assert.deepEqual(ntp.asked.filter((name) => name === 'e').length, 1);
  assert.deepEqual(ntp.asked.filter((name) => name === 'a').length, 2);
  keeper.close();
});

test('a doubtful start waits for the time servers once, a trusted one does not', async () => {
  const { clock, machine, start, toldOff } = trial({ servers: { a: { offMs: 0 }, b: { offMs: 0 } } });
  machine.off = -clock.now();
  const keeper = start();
  assert.equal(keeper.condition().holds, false);
  await keeper.settled();
  assert.equal(keeper.condition().holds, true);
  near(toldOff(), 0, 'settled');
  keeper.close();
});

test('the system clock is set only where that is wanted, and by a time that somebody vouches for', async () => {
  const refused = trial();
  refused.machine.off = DAY_MS;
  const first = refused.start();
  first.sample('hub', refused.clock.now(), 10);
  assert.deepEqual(refused.set, []);
  first.close();
  const wanted = trial({ settings: { setSystemClock: true } });
  wanted.machine.off = DAY_MS;
  const second = wanted.start();
  assert.deepEqual(wanted.set, [], 'a start vouches for nothing');
  second.sample('hub', wanted.clock.now(), 10);
  assert.equal(wanted.set.length, 1);
  await wanted.clock.advance(5_000);
  assert.equal(wanted.set.length, 1);
  near(wanted.toldOff(), 0, 'set');
  assert.equal(second.condition().holds, true);
  second.close();
});

test("a drill's shift is a jump for the keeper and for nobody else", async () => {
  const { start, events, toldOff } = trial();
  const keeper = start();
  keeper.shiftSystem(3 * 365 * DAY_MS);
  assert.deepEqual(events, ['SystemClockJumped']);
  near(toldOff(), 0, 'shifted');
  keeper.shiftSystem(0);
  assert.deepEqual(events, ['SystemClockJumped', 'ClockTrusted']);
  near(toldOff(), 0, 'put back');
  keeper.close();
});

test('a damaged record is set aside and said', () => {
  const { start, ratchetFile, events } = trial();
  fs.mkdirSync(path.dirname(ratchetFile), { recursive: true });
  for (const damaged of ['{"version":1', '{"version":1}']) {
    fs.writeFileSync(ratchetFile, damaged);
    start().close();
    assert.equal(events.at(-1), 'ClockRecordDamaged');
    assert.equal(fs.readFileSync(`${ratchetFile}.damaged`, 'utf8'), damaged);
  }
});

test('what the operator cannot mean is refused', () => {
  const keeper = trial().start();
  assert.throws(
    () => keeper.confirm(),
    (error) => error instanceof WorldError && error.code === 'Conflict',
  );
  assert.throws(
    () => keeper.confirm(0),
    (error) => error instanceof WorldError && error.code === 'Invalid',
  );
  assert.throws(
    () => keeper.undo(),
    (error) => error instanceof WorldError && error.code === 'Conflict',
  );
  keeper.close();
});
