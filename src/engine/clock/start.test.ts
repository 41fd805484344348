// Which time a site starts with, row by row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOFTWARE_BORN_MS } from '#model/site';
import { DAY_MS, START_MS, TrialMachine, YEAR_MS } from './clock.fixture.ts';
import { ratchetTime, siteTime } from './line.ts';
import { clockStatus } from './status.ts';

const of = (machine: TrialMachine) => ({
  time: siteTime(machine.state, machine.reading()) - machine.trueMs,
  basis: machine.state.basis,
  doubt: machine.state.doubt?.kind,
});

test('a new site takes the system clock when that can be true, and the birth of the software otherwise', () => {
  assert.deepEqual(of(new TrialMachine().boot()), { time: 0, basis: 'system', doubt: undefined });
  for (const [wrong, doubt] of [
    [0, 'boot-behind'],
    [Date.UTC(2099, 0, 1), 'boot-ahead'],
  ] as const) {
    const machine = new TrialMachine().boot(wrong);
    assert.equal(machine.state.doubt?.kind, doubt);
    assert.equal(siteTime(machine.state, machine.reading()), SOFTWARE_BORN_MS + 5_000);
  }
});

test('the same boot goes on by boot time, whatever the system clock says', () => {
  const machine = new TrialMachine().boot().sample('hub').run(DAY_MS);
  machine.stepSystem(3 * YEAR_MS).restart();
  assert.deepEqual(of(machine), { time: 0, basis: 'hub', doubt: 'system-jump' });
});

test('18 months of power-off are plausible, and so are nine years; eleven are not', () => {
  for (const [offMs, doubt] of [
    [1.5 * YEAR_MS, undefined],
    [9 * YEAR_MS, undefined],
    [11 * YEAR_MS, 'boot-ahead'],
  ] as const) {
    const machine = new TrialMachine().boot().sample('hub').off(offMs).boot();
    assert.equal(machine.state.doubt?.kind, doubt, `${offMs / YEAR_MS} years`);
  }
});

test('a clock chip that is a little behind is no reason for doubt, one that lost its battery is', () => {
  const slow = new TrialMachine().boot().sample('hub').run(DAY_MS).off(1000);
  assert.deepEqual(of(slow.boot(slow.trueMs - 30_000)), { time: -30_000, basis: 'system', doubt: undefined });
  const empty = new TrialMachine().boot().sample('hub').run(DAY_MS).off(1000).boot(0);
  assert.equal(empty.state.doubt?.kind, 'boot-behind');
  assert.ok(Math.abs(of(empty).time) < 10_000, 'it goes on from what has passed');
  assert.deepEqual(empty.told, ['SystemClockBehind']);
});

test('a system clock that is known to be off is read with what it is off', () => {
  const ahead = new TrialMachine();
  ahead
    .boot(START_MS + 2 * YEAR_MS)
    .sample('hub')
    .run(DAY_MS)
    .off(60_000)
    .boot();
  assert.deepEqual(of(ahead), { time: 0, basis: 'system', doubt: undefined });
  const repaired = ahead.off(60_000);
  repaired.boot(repaired.trueMs);
  assert.ok(Math.abs(of(repaired).time) < 1000);
  assert.equal(repaired.state.doubt, undefined, 'so close to the ratchet, it is no coincidence');
});

test('two readings that are both far from the ratchet are ambiguous, and the earlier one is taken', () => {
  const machine = new TrialMachine();
  machine
    .boot(START_MS + 2 * YEAR_MS)
    .sample('hub')
    .run(DAY_MS)
    .off(YEAR_MS)
    .boot();
  assert.equal(machine.state.doubt?.kind, 'boot-ambiguous');
  assert.ok(Math.abs(of(machine).time) < 1000);
});

test('two readings that are both close to it are as ambiguous, unless they are nearly the same', () => {
  const bootAfter = (aheadMs: number): TrialMachine => {
    const machine = new TrialMachine();
    machine.boot(START_MS + aheadMs).sample('hub');
    machine.run(DAY_MS).off(4 * DAY_MS);
    return machine.boot(machine.trueMs + 5_000);
  };
  const machine = bootAfter(2 * DAY_MS);
  assert.equal(
    machine.state.doubt?.kind,
    'boot-ambiguous',
    'the clock was put right meanwhile, or the machine was off for two days',
  );
  assert.equal(bootAfter(1_800_000).state.doubt, undefined);
});

test('a reading that is close to it is no better than one a few days further', () => {
  const machine = new TrialMachine().boot().sample('hub');
  // The system clock is known to be off; it is set right while the machine is off for eight days.
  machine
    .stepSystem(4 * DAY_MS)
    .sample('hub')
    .off(8 * DAY_MS)
    .boot(machine.trueMs);
  assert.equal(machine.state.doubt?.kind, 'boot-ambiguous');
  assert.equal(machine.state.doubt?.byMs, 4 * DAY_MS, 'the earlier one is taken, and the other one is known');
});

test('a jump that nobody explained stays in doubt across a reboot', () => {
  const machine = new TrialMachine().boot().run(DAY_MS);
  machine
    .stepSystem(2 * YEAR_MS)
    .off(60_000)
    .boot();
  assert.deepEqual(of(machine), { time: 0, basis: 'system', doubt: 'system-jump' });
  assert.equal(clockStatus(machine.state, machine.reading()).tentative?.proposalByMs, 2 * YEAR_MS);
  machine.stepSystem(-2 * YEAR_MS);
  assert.deepEqual(of(machine), { time: 0, basis: 'system', doubt: undefined });
});

test('the time that a machine has run before the site started has passed too', () => {
  const machine = new TrialMachine().boot().run(DAY_MS).off(0);
  const passed = machine.saved?.ratchet.timeMs ?? 0;
  assert.equal(ratchetTime(machine.boot(0).state, machine.reading()), passed + machine.bootMs);
});

test('who contradicted the time before a reboot still does, unless the clock now says the same', () => {
  const contradicted = (): TrialMachine => {
    const machine = new TrialMachine().boot().sample('hub', 60 * DAY_MS);
    machine.run(60_000).sample('hub', 0);
    assert.equal(machine.state.doubt?.kind, 'source');
    return machine.off(60_000);
  };
  // The ratchet was taken ahead, so the system clock is read with what it was off.
  const wrong = contradicted().boot();
  assert.equal(wrong.state.doubt?.kind, 'source');
  assert.ok(Math.abs((wrong.state.doubt?.byMs ?? 0) + 60 * DAY_MS) < 1_000);
  const said = wrong.on({ kind: 'confirm' });
  assert.ok(Math.abs(siteTime(said.state, said.reading()) - said.trueMs) < 120_000, 'what he said can be confirmed');
  const agreed = contradicted();
  agreed.boot(agreed.trueMs + 120 * DAY_MS);
  assert.notEqual(agreed.state.doubt, undefined, 'another time is in doubt as well');
});
