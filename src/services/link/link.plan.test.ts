// The table of the plan, cell by cell; its pauses; and what a random world makes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#base';
import { HEARTBEAT_INTERVAL_MS } from '#model/link';
import { DIAL_BACKOFF, DIAL_MS_MAX, PING_AFTER_MS, PING_MS_MAX } from './limits.ts';
import { LINK_OFF, type LinkEvent, type LinkPhase, type LinkState, linkStep } from './link.plan.ts';

const NOW = 1_000_000;
const at = (nowMs: number, random = 0.5) => ({ nowMs, random, beatEveryMs: HEARTBEAT_INTERVAL_MS });
const run = (events: readonly LinkEvent[], state = LINK_OFF): LinkState =>
  events.reduce((before, event) => linkStep(before, event, at(NOW)).state, state);
const answered: LinkEvent = { kind: 'answered', renew: false };

const STATES: Record<LinkPhase, LinkState> = {
  off: LINK_OFF,
  waiting: run([{ kind: 'wanted' }, { kind: 'failed' }]),
  dialling: run([{ kind: 'wanted' }]),
  open: run([{ kind: 'wanted' }, { kind: 'opened' }]),
};

/** What each event leads to, and what it has done; "-" when nothing changes. */
const TABLE: Record<LinkPhase, Record<string, string>> = {
  off: {
    wanted: 'dialling: dial',
    unwanted: '-',
    opened: 'off: hang-up',
    failed: '-',
    answered: '-',
    pong: '-',
    identity: '-',
    Expired: '-',
    Pending: '-',
    Identity: '-',
    retimed: '-',
    due: '-',
  },
  waiting: {
    wanted: 'dialling: dial',
    unwanted: 'off:',
    opened: 'waiting: hang-up',
    failed: '-',
    answered: '-',
    pong: '-',
    identity: '-',
    Expired: '-',
    Pending: '-',
    Identity: '-',
    retimed: '-',
    due: 'dialling: dial',
  },
  dialling: {
    wanted: '-',
    unwanted: 'off: hang-up',
    opened: 'open: beat',
    failed: 'waiting:',
    answered: '-',
    pong: '-',
    identity: '-',
    Expired: '-',
    Pending: '-',
    Identity: '-',
    retimed: '-',
    due: 'waiting: hang-up',
  },
  open: {
    wanted: '-',
    unwanted: 'off: hang-up',
    opened: '-',
    failed: 'waiting:',
    answered: 'open:',
    renewable: 'open: renew',
    pong: '-',
    identity: 'dialling: hang-up dial',
    Expired: 'open: return',
    Pending: 'open:',
    Unavailable: 'open:',
    Identity: 'waiting: hang-up',
    Version: 'waiting: hang-up',
    Token: 'waiting: hang-up',
    retimed: 'open:',
    due: 'waiting: hang-up',
  },
};

function eventOf(name: string): LinkEvent {
  if (name === 'answered' || name === 'renewable') return { kind: 'answered', renew: name === 'renewable' };
  if (/^[A-Z]/.test(name)) return { kind: 'refused', code: name } as LinkEvent;
  return { kind: name } as LinkEvent;
}

test('every event in every phase leads where the table says', () => {
  for (const [phase, row] of Object.entries(TABLE))
    for (const [name, leadsTo] of Object.entries(row)) {
      const state = STATES[phase as LinkPhase];
      // Whatever is due anywhere is due then.
      const { state: next, actions } = linkStep(state, eventOf(name), at(name === 'due' ? NOW * 100 : NOW));
      const cell = `${name} while ${phase}`;
      if (leadsTo === '-') {
        assert.deepEqual([next, actions], [state, []], cell);
        continue;
      }
      const did = [`${next.phase}:`, ...actions.map(({ kind }) => kind)].join(' ');
      assert.equal(did, leadsTo, cell);
    }
});

test('nothing is done before it is due', () => {
  for (const state of Object.values(STATES)) {
    const early = state.phase === 'off' ? NOW : state.dueMs - 1;
    assert.deepEqual(linkStep(state, { kind: 'due' }, at(early)), { state, actions: [] });
  }
});

test('heartbeats are a minute apart, give or take a tenth, with a ping in the middle of each silence', () => {
  for (const random of [0, 0.5, 0.999]) {
    const rested: LinkState = linkStep(STATES.open, answered, at(NOW, random)).state;
    const beatMs = rested.beatDueMs - NOW;
    assert.ok(beatMs >= HEARTBEAT_INTERVAL_MS * 0.9 && beatMs <= HEARTBEAT_INTERVAL_MS * 1.1, String(beatMs));
    assert.equal(rested.dueMs, NOW + PING_AFTER_MS);
    const pinged = linkStep(rested, { kind: 'due' }, at(rested.dueMs));
    assert.deepEqual(
      pinged.actions.map(({ kind }) => kind),
      ['ping'],
    );
    const silent = linkStep(pinged.state, { kind: 'due' }, at(rested.dueMs + PING_MS_MAX));
    assert.equal(silent.state.phase, 'waiting', 'a connection that goes silent is given up');
    const ponged = linkStep(pinged.state, { kind: 'pong' }, at(rested.dueMs + 100)).state;
    const beat = linkStep(ponged, { kind: 'due' }, at(rested.beatDueMs));
    assert.deepEqual(
      beat.actions.map(({ kind }) => kind),
      ['beat'],
    );
  }
});

test('another interval counts at once: the next heartbeat is now, or follows what is under way', () => {
  const rested = linkStep(STATES.open, answered, at(NOW)).state;
  const often = { ...at(NOW + 100), beatEveryMs: 10_000 };
  const beat = linkStep(rested, { kind: 'retimed' }, often);
  assert.deepEqual(
    beat.actions.map(({ kind }) => kind),
    ['beat'],
  );
  const { beatDueMs } = linkStep(beat.state, answered, often).state;
  assert.equal(beatDueMs, often.nowMs + 10_000);
  const pinged = linkStep(rested, { kind: 'due' }, at(rested.dueMs)).state;
  const retimed = linkStep(pinged, { kind: 'retimed' }, at(rested.dueMs + 1));
  assert.deepEqual(retimed.actions, [], 'the pong is waited for');
  const ponged = linkStep(retimed.state, { kind: 'pong' }, at(rested.dueMs + 2)).state;
  assert.equal(ponged.dueMs, rested.dueMs + 1);
});

test('pauses grow to their ceiling, half of each is random, and only an answered heartbeat ends their growth', () => {
  let state: LinkState = STATES.dialling;
  for (let failure = 0; failure < 12; failure++) {
    const most = Math.min(DIAL_BACKOFF.maxMs, DIAL_BACKOFF.firstMs * 2 ** failure);
    assert.equal(linkStep(state, { kind: 'failed' }, at(NOW, 0)).state.dueMs - NOW, most);
    const next = linkStep(state, { kind: 'failed' }, at(NOW, 0.999)).state;
    assert.ok(next.dueMs - NOW >= most / 2 && next.dueMs - NOW < most, `failure ${failure}`);
    // A server that accepts connections and answers nothing is no reason to dial it faster.
    state = run([{ kind: 'wanted' }, { kind: 'opened' }], next);
  }
  assert.equal(run([answered], state).failures, 0);
});

test('an identity that ended is asked for until the hub gives it, and then the hub is dialled with it', () => {
  const ended = run([{ kind: 'refused', code: 'Expired' }], STATES.open);
  assert.equal(ended.asked, 'return');
  const pending = run([{ kind: 'refused', code: 'Pending' }], ended);
  const { actions } = linkStep(pending, { kind: 'due' }, at(pending.beatDueMs));
  assert.deepEqual(actions, [{ kind: 'return' }]);
  const lost = run([{ kind: 'failed' }, { kind: 'wanted' }], pending);
  assert.deepEqual(
    linkStep(lost, { kind: 'opened' }, at(NOW)).actions,
    [{ kind: 'return' }],
    'over a new connection too',
  );
  const back = run([{ kind: 'identity' }], pending);
  assert.deepEqual([back.phase, back.ended], ['dialling', false]);
  assert.deepEqual(linkStep(back, { kind: 'opened' }, at(NOW)).actions, [{ kind: 'beat' }]);
});

test('a renewal that is refused or broken does not stop heartbeats', () => {
  const renewing = linkStep(STATES.open, { kind: 'answered', renew: true }, at(NOW)).state;
  const refused = linkStep(renewing, { kind: 'refused', code: 'Unavailable' }, at(NOW)).state;
  assert.deepEqual([refused.phase, refused.asked], ['open', 'nothing']);
  assert.deepEqual(linkStep(refused, { kind: 'due' }, at(refused.beatDueMs)).actions, [{ kind: 'beat' }]);
});

test('whatever comes in whatever order, a wanted link always has something due within its longest pause', () => {
  const names = [...Object.keys(TABLE.open), 'wanted', 'due', 'due', 'due'].filter((name) => name !== 'unwanted');
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    let nowMs = NOW;
    let { state } = linkStep(LINK_OFF, { kind: 'wanted' }, at(nowMs));
    for (let i = 0; i < 80; i++) {
      nowMs += random.below(4) === 0 ? random.below(400_000) : random.below(5_000);
      const event = eventOf(names[random.below(names.length)] ?? 'due');
      state = linkStep(state, event, at(nowMs, random.next())).state;
      assert.notEqual(state.phase, 'off');
      const longest = Math.max(DIAL_BACKOFF.maxMs, DIAL_MS_MAX, HEARTBEAT_INTERVAL_MS * 1.1);
      assert.ok(state.dueMs - nowMs <= longest, `seed ${seed}: due in ${state.dueMs - nowMs} ms`);
    }
  }
});
