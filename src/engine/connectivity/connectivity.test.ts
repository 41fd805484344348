// The table of transitions, cell by cell, and what each change tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONNECTIVITY_MODES, isLegalPair, PLANES, type Standing } from '#model/site';
import {
  CONNECTIVITY_DEFAULTS,
  type ConnectivityEvent,
  type ConnectivityState,
  connectivityFacts,
  connectivityStart,
  connectivityStep,
  graceDaysLeft,
  standingOf,
} from './index.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const BORN = Date.UTC(2026, 10, 1);
const CONTACT = BORN + DAY_MS;
/** How long after the contact each mode is looked at. */
const AGE = { NotActivated: 0, Connected: MINUTE_MS, SemiConnected: DAY_MS, Disconnected: 31 * DAY_MS };

/** A site in this pair, and the time at which it is. */
function siteIn({ plane, mode }: Standing): { state: ConnectivityState; now: number } {
  const born = connectivityStart(BORN);
  if (mode === 'NotActivated') return { state: born, now: CONTACT };
  const now = CONTACT + AGE[mode];
  const { state } = connectivityStep(born, { kind: 'activated', plane }, CONTACT);
  return { state: connectivityStep(state, { kind: 'tick' }, now).state, now };
}

type EventName =
  | 'activated local'
  | 'activated hub'
  | 'acknowledged'
  | 'acknowledged late'
  | 'retold as it was'
  | 'retold from ahead'
  | 'plane-taken'
  | 'plane-given'
  | 'deactivated'
  | 'tick';
const eventOf = (name: EventName, now: number): ConnectivityEvent =>
  ({
    'activated local': { kind: 'activated', plane: 'local' },
    'activated hub': { kind: 'activated', plane: 'hub' },
    acknowledged: { kind: 'acknowledged', at: now },
    'acknowledged late': { kind: 'acknowledged', at: CONTACT - 1 },
    'retold as it was': { kind: 'retold', at: CONTACT },
    'retold from ahead': { kind: 'retold', at: now + 1 },
    'plane-taken': { kind: 'plane-taken', reason: 'the crane stands still' },
    'plane-given': { kind: 'plane-given' },
    deactivated: { kind: 'deactivated' },
    tick: { kind: 'tick' },
  })[name] as ConnectivityEvent;

/** For each pair what each event leads to: a pair, `ignored`, or `-` for no change and nothing to say. */
const TABLE: Record<string, Record<EventName, string>> = {
  'local NotActivated': {
    'activated local': 'local Connected',
    'activated hub': 'hub Connected',
    acknowledged: 'ignored',
    'acknowledged late': 'ignored',
    'retold as it was': 'ignored',
    'retold from ahead': 'ignored',
    'plane-taken': 'ignored',
    'plane-given': 'ignored',
    deactivated: 'ignored',
    tick: '-',
  },
  ...Object.fromEntries(
    (['Connected', 'SemiConnected', 'Disconnected'] as const).flatMap((mode) => {
      const both = {
        'activated local': 'ignored',
        'activated hub': 'ignored',
        'acknowledged late': 'ignored',
        'retold as it was': 'ignored',
        'retold from ahead': 'ignored',
        deactivated: 'local NotActivated',
        tick: '-',
      };
      const acknowledged = (plane: string) => (mode === 'Connected' ? '-' : `${plane} Connected`);
      return [
        [
          `local ${mode}`,
          { ...both, acknowledged: acknowledged('local'), 'plane-taken': 'ignored', 'plane-given': `hub ${mode}` },
        ],
        [
          `hub ${mode}`,
          { ...both, acknowledged: acknowledged('hub'), 'plane-taken': `local ${mode}`, 'plane-given': 'ignored' },
        ],
      ];
    }),
  ),
};

test('every event in every legal pair leads where the table says', () => {
  const pairs = PLANES.flatMap((plane) => CONNECTIVITY_MODES.map((mode) => ({ plane, mode }))).filter((pair) =>
    isLegalPair(pair.plane, pair.mode),
  );
  assert.deepEqual(pairs.map(({ plane, mode }) => `${plane} ${mode}`).sort(), Object.keys(TABLE).sort());
  for (const pair of pairs) {
    const name = `${pair.plane} ${pair.mode}`;
    const { state, now } = siteIn(pair);
    assert.deepEqual(standingOf(state), pair);
    for (const [event, leadsTo] of Object.entries(TABLE[name] ?? {})) {
      const { state: next, actions } = connectivityStep(state, eventOf(event as EventName, now), now);
      const kinds = actions.map((action) => action.kind);
      const cell = `${event} in ${name}`;
      if (leadsTo === 'ignored' || leadsTo === '-') {
        assert.deepEqual(standingOf(next), pair, cell);
        assert.deepEqual(kinds, leadsTo === '-' ? [] : ['ignored'], cell);
        assert.deepEqual(next.history, state.history, cell);
        continue;
      }
      const [plane, mode] = leadsTo.split(' ');
      assert.deepEqual(standingOf(next), { plane, mode }, cell);
      assert.deepEqual(kinds, ['told'], cell);
      assert.deepEqual(next.history.length, state.history.length + 1, cell);
      const [told] = actions;
      assert.ok(told?.kind === 'told' && told.reason !== '', cell);
      assert.deepEqual([told.from, told.to, told.at], [pair, { plane, mode }, now], cell);
    }
  }
});

test('time leads on edge by edge, each at the time when it was due, however late it is looked at', () => {
  const { state } = connectivityStep(connectivityStart(BORN), { kind: 'activated', plane: 'hub' }, CONTACT);
  const modes = (now: number) =>
    connectivityStep(state, { kind: 'tick' }, now).actions.map((action) =>
      action.kind === 'told' ? [action.to.mode, action.at - CONTACT, action.reason] : [],
    );
  const weak = ['SemiConnected', 15 * MINUTE_MS, 'no acknowledgement from the hub for 15 minutes'];
  const gone = ['Disconnected', 30 * DAY_MS, 'no acknowledgement from the hub for 30 days'];
  assert.deepEqual(modes(CONTACT + 15 * MINUTE_MS - 1), []);
  assert.deepEqual(modes(CONTACT + 15 * MINUTE_MS), [weak]);
  assert.deepEqual(modes(CONTACT + 30 * DAY_MS - 1), [weak]);
  assert.deepEqual(modes(CONTACT + 30 * DAY_MS), [weak, gone]);
  assert.deepEqual(modes(CONTACT + 700 * DAY_MS), [weak, gone]);
});

test('days left count down from the last contact, and a state that stood still tells the truth', () => {
  const { state } = connectivityStep(connectivityStart(BORN), { kind: 'activated', plane: 'hub' }, CONTACT);
  const left = (afterMs: number) => {
    const days = connectivityFacts(state, CONTACT + afterMs).graceDaysLeft;
    assert.equal(graceDaysLeft(state, CONTACT + afterMs), days);
    return days;
  };
  assert.equal(connectivityFacts(connectivityStart(BORN), CONTACT).graceDaysLeft, null);
  assert.deepEqual(
    [0, 1, DAY_MS, 29 * DAY_MS, 30 * DAY_MS - 1, 30 * DAY_MS, 99 * DAY_MS, -DAY_MS].map(left),
    [30, 30, 29, 1, 1, 0, 0, 30],
  );
  assert.deepEqual(connectivityFacts(state, CONTACT + 3 * DAY_MS), {
    mode: 'SemiConnected',
    plane: 'hub',
    since: '2026-11-02T00:15:00Z',
    lastContact: '2026-11-02T00:00:00Z',
    graceDaysLeft: 27,
  });
});

test('the plane keeps the reason why it was taken', () => {
  const { state, now } = siteIn({ plane: 'hub', mode: 'Disconnected' });
  const taken = connectivityStep(state, { kind: 'plane-taken', reason: 'x'.repeat(9999) }, now).state;
  assert.equal(taken.planeReason, `taken: ${'x'.repeat(256)}`);
  assert.equal(taken.planeSince, now);
  assert.equal(taken.since, state.since);
});

test('other thresholds are obeyed, and ones that cannot be are a bug', () => {
  const { state } = connectivityStep(connectivityStart(BORN), { kind: 'activated', plane: 'hub' }, CONTACT);
  assert.deepEqual(CONNECTIVITY_DEFAULTS, { semiConnectedAfterMs: 15 * MINUTE_MS, disconnectedAfterMs: 30 * DAY_MS });
  const settings = { semiConnectedAfterMs: 1000, disconnectedAfterMs: 2000 };
  const mode = (afterMs: number) => connectivityFacts(state, CONTACT + afterMs, settings).mode;
  assert.deepEqual([999, 1000, 1999, 2000].map(mode), ['Connected', 'SemiConnected', 'SemiConnected', 'Disconnected']);
  assert.throws(() => connectivityFacts(state, CONTACT, { semiConnectedAfterMs: 2, disconnectedAfterMs: 1 }));
});

test('a contact that is told again after the clock was set counts by its age, from whichever side the clock was wrong', () => {
  const { state } = connectivityStep(connectivityStart(BORN), { kind: 'activated', plane: 'hub' }, CONTACT);
  const heardAt = (atMs: number, event: ConnectivityEvent, now: number): ConnectivityState =>
    connectivityStep(connectivityStep(state, { kind: 'acknowledged', at: atMs }, atMs).state, event, now).state;
  for (const wrongMs of [CONTACT + 20 * DAY_MS, CONTACT + 3_000 * DAY_MS])
    for (const [ageMs, mode] of [
      [MINUTE_MS, 'Connected'],
      [29 * DAY_MS, 'SemiConnected'],
      [30 * DAY_MS, 'Disconnected'],
    ] as const) {
      const now = CONTACT + 40 * DAY_MS;
      const told = heardAt(wrongMs, { kind: 'retold', at: now - ageMs }, now);
      assert.deepEqual([told.mode, told.lastContactAt, told.contacts], [mode, now - ageMs, [now - ageMs]]);
    }
  const back = connectivityStep(
    heardAt(CONTACT + DAY_MS, { kind: 'tick' }, CONTACT + 50 * DAY_MS),
    { kind: 'retold', at: CONTACT + DAY_MS + 1 },
    CONTACT + DAY_MS + 1 + MINUTE_MS,
  );
  assert.deepEqual(
    back.actions.map((action) => action.kind === 'told' && [action.to.mode, action.reason]),
    [['Connected', 'the clock was set']],
  );
});
