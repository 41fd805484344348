// Walks the table of the site's clock: every state, every event, what becomes of it, and what is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, TrialMachine, YEAR_MS } from './clock.fixture.ts';
import { ratchetTime, siteTime } from './line.ts';
import { clockCondition, clockStatus, toldClock } from './status.ts';
import { systemClockToSet } from './system-clock.ts';

const HOUR_MS = 3_600_000;
const plausible = () => new TrialMachine().boot().run(HOUR_MS);
const corroborated = () => plausible().sample('ntp').run(HOUR_MS);
const STATES = {
  plausible,
  corroborated,
  'system-jump': () => plausible().stepSystem(31 * DAY_MS),
  'boot-behind': () => corroborated().off(DAY_MS).boot(0),
  'boot-ahead': () =>
    corroborated()
      .off(DAY_MS)
      .boot(Date.UTC(2099, 0, 1)),
  'boot-ambiguous': () => {
    const machine = new TrialMachine();
    return machine
      .boot(machine.trueMs + 2 * YEAR_MS)
      .sample('ntp')
      .run(HOUR_MS)
      .off(YEAR_MS)
      .boot();
  },
  source: () => corroborated().sample('hub', YEAR_MS),
} as const;
type StateName = keyof typeof STATES;

/** The state as the table names it. */
const nameOf = ({ state, reading }: Pick<TrialMachine, 'state' | 'reading'>): string =>
  state.doubt?.kind ?? (clockCondition(state, reading()).reason === 'Corroborated' ? 'corroborated' : 'plausible');
const look = (machine: TrialMachine): string => nameOf({ state: machine.state, reading: () => machine.reading() });

const EVENTS = {
  'time passes': (m: TrialMachine) => m.run(1000),
  'system steps': (m: TrialMachine) => m.stepSystem(50 * DAY_MS),
  'system set right': (m: TrialMachine) => m.stepSystem(-m.systemOffMs),
  'sample agrees': (m: TrialMachine) =>
    m.on({ kind: 'sample', source: 'ntp', timeMs: siteTime(m.state, m.reading()), uncertaintyMs: 10 }),
  'sample differs': (m: TrialMachine) => m.sample('ntp', 2 * DAY_MS),
  'lower sample differs': (m: TrialMachine) => m.sample('hub', 2 * DAY_MS),
  'sample before what passed': (m: TrialMachine) => m.sample('ntp', -3 * YEAR_MS),
  confirm: (m: TrialMachine) => m.on({ kind: 'confirm' }),
  'confirm a time': (m: TrialMachine) => m.on({ kind: 'confirm', timeMs: m.trueMs + 31 * DAY_MS }),
  undo: (m: TrialMachine) => m.on({ kind: 'undo' }),
} as const;

const SAME = Object.fromEntries(Object.keys(STATES).map((name) => [name, name])) as Record<StateName, string>;
const all = (to: string, but: Partial<Record<StateName, string>> = {}) => ({
  ...Object.fromEntries(Object.keys(STATES).map((name) => [name, to])),
  ...but,
});
const TABLE: Record<keyof typeof EVENTS, Record<string, string>> = {
  'time passes': SAME,
  'system steps': {
    ...SAME,
    plausible: 'system-jump',
    corroborated: 'system-jump',
    'boot-ambiguous': 'plausible',
  },
  'system set right': {
    ...SAME,
    'system-jump': 'plausible',
    'boot-behind': 'plausible',
    'boot-ahead': 'plausible',
    'boot-ambiguous': 'plausible',
  },
  'sample agrees': all('corroborated'),
  'sample differs': all('corroborated'),
  'lower sample differs': all('corroborated', { corroborated: 'source', source: 'source' }),
  'sample before what passed': all('source'),
  confirm: all('corroborated', { plausible: 'plausible', 'boot-ahead': 'boot-ahead' }),
  'confirm a time': all('corroborated'),
  undo: all('plausible', { corroborated: 'corroborated', source: 'corroborated' }),
};

for (const [event, act] of Object.entries(EVENTS))
  test(`in every state: ${event}`, () => {
    for (const [name, make] of Object.entries(STATES)) {
      const machine = make();
      assert.equal(look(machine), name, `the state ${name} can be had`);
      const before = ratchetTime(machine.state, machine.reading());
      act(machine);
      assert.equal(look(machine), TABLE[event as keyof typeof EVENTS][name], `${name}, ${event}`);
      assert.ok(ratchetTime(machine.state, machine.reading()) >= before, `${name}, ${event}: the ratchet fell`);
    }
  });

test('while a jump is in doubt the time goes on, and everybody is told how the system clock is off', () => {
  const machine = corroborated();
  for (const byMs of [31 * DAY_MS, -40 * YEAR_MS]) {
    const jumped = machine.stepSystem(byMs);
    assert.deepEqual(jumped.told, ['SystemClockJumped']);
    assert.ok(!jumped.actions.some((action) => action.do === 'replan'));
    assert.equal(siteTime(jumped.state, jumped.reading()), jumped.trueMs);
    assert.equal(toldClock(jumped.state, jumped.reading()).offsetMs, -byMs);
    const condition = clockCondition(jumped.state, jumped.reading());
    assert.equal(condition.holds, false);
    assert.equal(condition.reason, 'SystemClockJumped');
    assert.deepEqual(machine.run(1000).told, [], 'it is told once');
    assert.deepEqual(jumped.stepSystem(-byMs).told, ['ClockTrusted']);
  }
});

test('a step of less than two seconds is none, and many of them do not add up unseen', () => {
  const machine = corroborated();
  assert.equal(machine.stepSystem(1_500).state.doubt, undefined);
  assert.equal(siteTime(machine.state, machine.reading()), machine.trueMs);
  assert.equal(machine.stepSystem(1_500).state.doubt?.kind, 'system-jump');
});

test("a system clock that is set to the site's time is explained by that", () => {
  const machine = new TrialMachine();
  machine.boot(machine.trueMs - 3 * DAY_MS).sample('hub');
  assert.equal(machine.told[0], 'ClockSet');
  assert.deepEqual(machine.stepSystem(3 * DAY_MS).told, ['ClockTrusted']);
  assert.equal(machine.state.doubt, undefined);
});

test('the operator states a time, a month and two years ahead, then back; each is told, and can be taken back', () => {
  const machine = corroborated();
  const trusted = ratchetTime(machine.state, machine.reading());
  for (const aheadMs of [31 * DAY_MS, 2 * YEAR_MS]) {
    machine.on({ kind: 'confirm', timeMs: machine.trueMs + aheadMs });
    assert.deepEqual(machine.told, ['ClockConfirmed']);
    assert.ok(machine.actions.some((action) => action.do === 'replan'));
    assert.equal(siteTime(machine.state, machine.reading()), machine.trueMs + aheadMs);
    assert.equal(machine.stepSystem(0).state.doubt, undefined, 'the system clock is accounted for');
  }
  machine.on({ kind: 'confirm', timeMs: machine.trueMs });
  assert.deepEqual(machine.told, ['ClockConfirmed', 'RatchetLowered']);
  assert.equal(ratchetTime(machine.state, machine.reading()), machine.trueMs);

  machine
    .on({ kind: 'confirm', timeMs: machine.trueMs + 20 * YEAR_MS })
    .run(HOUR_MS)
    .restart();
  machine.on({ kind: 'undo' });
  assert.deepEqual(machine.told, ['ClockUndone', 'RatchetLowered']);
  assert.equal(siteTime(machine.state, machine.reading()), machine.trueMs);
  const ratchet = ratchetTime(machine.state, machine.reading());
  assert.ok(ratchet >= trusted && ratchet <= machine.trueMs, 'the slip has left nothing behind');
});

test('what cannot be the time is refused by name', () => {
  const machine = corroborated();
  const refusal = () => machine.actions.find((action) => action.do === 'refuse')?.message ?? '';
  for (const timeMs of [0, Date.UTC(2300, 0, 1), Number.NaN]) {
    machine.on({ kind: 'confirm', timeMs });
    assert.match(refusal(), /cannot be the time/);
  }
  machine.on({ kind: 'confirm' });
  assert.match(refusal(), /nothing to confirm/);
  machine.on({ kind: 'undo' });
  assert.match(refusal(), /nothing to undo/);
});

test('after a jump, credentials are judged by both times for a while', () => {
  const machine = corroborated();
  const leeway = () => toldClock(machine.state, machine.reading()).leeway;
  machine.on({ kind: 'confirm', timeMs: machine.trueMs + YEAR_MS });
  assert.deepEqual([leeway()?.backMs, leeway()?.aheadMs], [YEAR_MS, 0]);
  machine.on({ kind: 'undo' });
  assert.deepEqual([leeway()?.backMs, leeway()?.aheadMs], [0, YEAR_MS]);
  machine.run(11 * 60_000);
  assert.equal(leeway(), undefined);
});

test('a bundle says only that it is at least so late', () => {
  const machine = plausible();
  const before = ratchetTime(machine.state, machine.reading());
  machine.sample('bundle', -10_000);
  assert.equal(siteTime(machine.state, machine.reading()), machine.trueMs);
  assert.ok(ratchetTime(machine.state, machine.reading()) > before);
  assert.deepEqual(machine.sample('bundle', -YEAR_MS).actions, [], 'an old one says nothing');
  machine.sample('bundle', DAY_MS);
  assert.equal(siteTime(machine.state, machine.reading()), machine.trueMs + DAY_MS);
});

test('the status says what confirming would do', () => {
  const machine = plausible().stepSystem(31 * DAY_MS);
  const { tentative, offsetMs, trusted } = clockStatus(machine.state, machine.reading());
  assert.deepEqual([trusted, offsetMs, tentative?.proposalByMs], [false, -31 * DAY_MS, 31 * DAY_MS]);
  machine.on({ kind: 'confirm' });
  assert.equal(siteTime(machine.state, machine.reading()), machine.trueMs + 31 * DAY_MS);
  assert.equal(clockStatus(machine.state, machine.reading()).restsOn.kind, 'operator');
});

test('what was valid before a system clock was set right stays so for a while', () => {
  const machine = corroborated().off(DAY_MS).boot(0);
  machine.stepSystem(-machine.systemOffMs);
  assert.equal(machine.state.doubt, undefined);
  const { leeway } = toldClock(machine.state, machine.reading());
  assert.ok(Math.abs((leeway?.backMs ?? 0) - DAY_MS) < 60_000, 'tokens of a day ago are renewed, not refused');
});

test('two who agree do not take turns: the time rests on who is believed more, and on the other when that one is silent for a day', () => {
  const machine = new TrialMachine().boot().sample('ntp');
  const basis = (): string => machine.state.basis;
  for (let minute = 0; minute < 60; minute++) {
    machine.run(60_000).sample('hub');
    assert.deepEqual([machine.actions, basis()], [[], 'ntp']);
    if (minute % 17 === 0) assert.deepEqual(machine.sample('ntp').actions, []);
  }
  machine.run(DAY_MS);
  assert.deepEqual([machine.sample('hub').told, basis()], [['ClockCorroborated'], 'hub']);
  assert.deepEqual([machine.sample('peer').actions, basis()], [[], 'hub']);
  assert.deepEqual([machine.sample('ntp').told, basis()], [['ClockCorroborated'], 'ntp']);
});

test('whoever is believed less does not earn more by agreeing: the hub that was right a minute ago moves no time of the time servers', () => {
  const machine = new TrialMachine().boot().sample('ntp').run(60_000).sample('hub').run(60_000);
  machine.sample('hub', 5 * DAY_MS);
  assert.deepEqual([machine.state.doubt?.kind, siteTime(machine.state, machine.reading())], ['source', machine.trueMs]);
});

test('the system clock is set right only to a time that somebody vouched for, and that nobody contradicts', () => {
  const machine = new TrialMachine().boot();
  const toSet = (): number | undefined => {
    const timeMs = systemClockToSet(machine.state, machine.reading());
    return timeMs === undefined ? undefined : timeMs - machine.trueMs;
  };
  machine.stepSystem(DAY_MS);
  assert.equal(toSet(), undefined, 'nobody vouched');
  machine.sample('hub');
  assert.equal(toSet(), 0);
  machine.stepSystem(DAY_MS);
  assert.equal(toSet(), undefined, 'a jump is in doubt');
  machine.sample('hub');
  assert.equal(toSet(), 0);
  machine.stepSystem(-2 * DAY_MS + 500);
  assert.equal(toSet(), undefined, 'it is right, but for less than a second');
});
