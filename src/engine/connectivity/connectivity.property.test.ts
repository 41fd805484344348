// What holds of every sequence of events: told by random sequences, seeded, against a model that knows only declarations,
// activation and acknowledgements.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '#base';
import { CONNECTIVITY_MODES, type ConnectivityMode, isLegalPair, type Plane } from '#model/site';
import {
  type ConnectivityEvent,
  type ConnectivityState,
  connectivityFacts,
  connectivityParse,
  connectivityStart,
  connectivityStep,
  connectivityText,
  standingOf,
} from './index.ts';
import { CONTACTS_MAX, HISTORY_ENTRIES_MAX } from './limits.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const BORN = Date.UTC(2026, 10, 1);
const SEEDS = 400;

interface Timed {
  readonly event: ConnectivityEvent;
  readonly now: number;
}

function randomEvent(random: Random, now: number): ConnectivityEvent {
  const pick = random.below(20);
  if (pick === 0) return { kind: 'deactivated' };
  if (pick <= 2) return { kind: 'activated', plane: random.below(2) === 0 ? 'hub' : 'local' };
  if (pick === 3) return { kind: 'plane-taken', reason: `reason ${random.below(99)}` };
  if (pick === 4) return { kind: 'plane-given' };
  if (pick <= 11) return { kind: 'tick' };
  // Some acknowledgements come late, far later than newer ones.
  return { kind: 'acknowledged', at: now - (random.below(3) === 0 ? random.below(20 * DAY_MS) : random.below(1000)) };
}

/** Events in the order of time: seconds, minutes, days or months apart. */
function sequence(random: Random, length = 60): Timed[] {
  let now = BORN;
  return Array.from({ length }, () => {
    now += random.below([1000, 5 * MINUTE_MS, 2 * DAY_MS, 50 * DAY_MS][random.below(4)] ?? 1);
    return { event: randomEvent(random, now), now };
  });
}

const run = (events: readonly Timed[], from = connectivityStart(BORN)): ConnectivityState =>
  events.reduce((state, { event, now }) => connectivityStep(state, event, now).state, from);

/** The machine, told again without states: only the last activation, the declarations since, and the latest acknowledgement. */
function expected(events: readonly Timed[], now: number): { plane: Plane; mode: ConnectivityMode } {
  let plane: Plane = 'local';
  let contact: number | undefined;
  for (const { event, now: at } of events) {
    if (event.kind === 'activated' && contact === undefined) [plane, contact] = [event.plane, at];
    if (contact === undefined) continue;
    if (event.kind === 'deactivated') [plane, contact] = ['local', undefined];
    if (event.kind === 'plane-taken') plane = 'local';
    if (event.kind === 'plane-given') plane = 'hub';
    if (event.kind === 'acknowledged') contact = Math.max(contact ?? 0, event.at);
  }
  if (contact === undefined) return { plane, mode: 'NotActivated' };
  const elapsed = now - contact;
  return {
    plane,
    mode: elapsed >= 30 * DAY_MS ? 'Disconnected' : elapsed >= 15 * MINUTE_MS ? 'SemiConnected' : 'Connected',
  };
}

const everySeed = (property: (random: Random, seed: number) => void): void => {
  for (let seed = 1; seed <= SEEDS; seed++) property(seededRandom(seed), seed);
};

test('plane and mode depend on declarations, activation and the time since the last acknowledgement alone', () => {
  const met = new Set<string>();
  everySeed((random, seed) => {
    const events = sequence(random);
    events.forEach(({ now }, i) => {
      const soFar = events.slice(0, i + 1);
      const state = run(soFar);
      assert.deepEqual(standingOf(state), expected(soFar, now), `seed ${seed}, event ${i}`);
      assert.ok(isLegalPair(state.plane, state.mode));
      met.add(`${state.plane} ${state.mode}`);
    });
  });
  assert.equal(met.size, 7, 'the sequences reach every legal pair');
});

test('lost ticks change nothing at all', () => {
  everySeed((random, seed) => {
    const events = sequence(random);
    const withoutTicks = events.filter(({ event }, i) => event.kind !== 'tick' || i === events.length - 1);
    assert.deepEqual(run(withoutTicks), run(events), `seed ${seed}`);
  });
});

test('an event that comes twice is as if it had come once, and old acknowledgements come again without effect', () => {
  everySeed((random, seed) => {
    const events = sequence(random);
    assert.deepEqual(run(events.flatMap((timed) => [timed, timed])), run(events), `seed ${seed}`);
    const replaying = events.flatMap((timed, i) => {
      const heard = events.slice(0, i).filter(({ event }) => event.kind === 'acknowledged');
      const since = events.slice(0, i + 1).findLastIndex(({ event }) => event.kind === 'activated');
      // Only what this activation has heard: what was said to an earlier hub is not this one's to replay.
      const again = heard.filter((one) => events.indexOf(one) > since).map(({ event }) => ({ event, now: timed.now }));
      return [timed, ...again];
    });
    assert.deepEqual(run(replaying), run(events), `seed ${seed}`);
  });
});

test('a restart between any two events changes nothing', () => {
  everySeed((random, seed) => {
    const events = sequence(random, 30);
    const restarted = events.reduce(
      (state, { event, now }) => connectivityParse(connectivityText(connectivityStep(state, event, now).state)),
      connectivityStart(BORN),
    );
    assert.deepEqual(restarted, run(events), `seed ${seed}`);
  });
});

test('history and contacts stay bounded, and every change has a reason and leads on from the one before', () => {
  everySeed((random) => {
    const state = run(sequence(random, 300));
    assert.ok(state.history.length <= HISTORY_ENTRIES_MAX && state.contacts.length <= CONTACTS_MAX);
    state.history.forEach((change, i) => {
      assert.ok(change.reason.length > 0);
      assert.notDeepEqual(change.from, change.to);
      if (i > 0) assert.deepEqual(change.from, state.history[i - 1]?.to);
    });
    if (state.history.length > 0) assert.deepEqual(state.history.at(-1)?.to, standingOf(state));
  });
});

const rank = (mode: ConnectivityMode): number => CONNECTIVITY_MODES.indexOf(mode);
const excursion = (random: Random): number =>
  [0, Date.UTC(1970, 5, 1), Date.UTC(2099, 0, 1), BORN - 40 * DAY_MS, BORN + 4000 * DAY_MS][random.below(5)] ?? 0;

test('a clock that goes back never makes the mode worse', () => {
  everySeed((random, seed) => {
    const events = sequence(random, 30);
    const state = run(events);
    const last = events.at(-1)?.now ?? 0;
    const back = last - random.below(400 * DAY_MS);
    const next = connectivityStep(state, { kind: 'tick' }, back).state;
    assert.ok(rank(next.mode) <= rank(state.mode), `seed ${seed}`);
    assert.equal(next.plane, state.plane);
    const contact = state.lastContactAt;
    if (contact !== null && back < contact) assert.equal(next.mode, 'Connected', `seed ${seed}`);
  });
});

test('whatever times the clock showed in between, once it is right again the mode is as if it had never jumped', () => {
  everySeed((random, seed) => {
    const events = sequence(random, 30);
    const last = events.at(-1)?.now ?? 0;
    let state = run(events);
    const wanted = standingOf(connectivityStep(state, { kind: 'tick' }, last + DAY_MS).state);
    for (let i = 0; i < 6; i++) state = connectivityStep(state, { kind: 'tick' }, excursion(random)).state;
    assert.deepEqual(
      standingOf(connectivityStep(state, { kind: 'tick' }, last + DAY_MS).state),
      wanted,
      `seed ${seed}`,
    );
  });
});

test('a contact at 2099 does not hide that the link is lost once the clock is put right', () => {
  const year2099 = Date.UTC(2099, 0, 1);
  const state = run([
    { event: { kind: 'activated', plane: 'hub' }, now: BORN },
    { event: { kind: 'acknowledged', at: year2099 }, now: year2099 },
    { event: { kind: 'tick' }, now: BORN + MINUTE_MS },
  ]);
  const modeAt = (afterMs: number) => connectivityFacts(state, BORN + afterMs).mode;
  assert.deepEqual([2 * MINUTE_MS, 17 * MINUTE_MS, 31 * DAY_MS].map(modeAt), [
    'Connected',
    'SemiConnected',
    'Disconnected',
  ]);
  const heard = connectivityStep(state, { kind: 'acknowledged', at: BORN + DAY_MS }, BORN + DAY_MS).state;
  assert.equal(heard.mode, 'Connected');
  assert.equal(heard.lastContactAt, BORN + DAY_MS);
  assert.equal(connectivityFacts(heard, year2099 + MINUTE_MS).mode, 'Disconnected', 'nor when 2099 comes');
});

test('a clock that stands at 1970 for a while, and contacts told then, do not age by decades when it is put right', () => {
  const heard = BORN + 10 * MINUTE_MS;
  const state = run([
    { event: { kind: 'activated', plane: 'hub' }, now: BORN },
    { event: { kind: 'acknowledged', at: heard }, now: heard },
    { event: { kind: 'tick' }, now: 5000 },
  ]);
  assert.equal(connectivityFacts(state, heard + 5 * MINUTE_MS).mode, 'Connected');
  assert.equal(connectivityFacts(state, heard + DAY_MS).mode, 'SemiConnected');
  const again = run([{ event: { kind: 'acknowledged', at: 9000 }, now: 9000 }], state);
  assert.deepEqual([again.mode, again.lastContactAt], ['Connected', 9000]);
  const right = run([{ event: { kind: 'retold', at: heard + DAY_MS }, now: heard + DAY_MS + MINUTE_MS }], again);
  assert.deepEqual([right.mode, right.lastContactAt], ['Connected', heard + DAY_MS]);
});

test('an acknowledgement from ahead of the clock tells nothing', () => {
  const state = run([{ event: { kind: 'activated', plane: 'hub' }, now: BORN }]);
  const { state: next, actions } = connectivityStep(
    state,
    { kind: 'acknowledged', at: BORN + DAY_MS },
    BORN + DAY_MS - 1,
  );
  assert.equal(next.lastContactAt, BORN);
  assert.equal(actions.at(-1)?.kind, 'ignored');
});
