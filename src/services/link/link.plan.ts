// Decides when the site dials its hub, beats, probes, asks for an identity, and gives a connection up. Times are monotonic, so a wall
// clock that jumps changes nothing here; randomness is an argument. Whether an identity has ended is the hub's to say, never a clock's
// of ours: the site dials with what it has, so no clock can keep it from trying.
//
//   phase     wanted          unwanted  opened    failed   answered           pong     identity        refused        due
//   off       dial            -         hang up   -        -                  -        -               -              -
//   waiting   dial            off       hang up   -        -                  -        -               -              dial
//   dialling  -               off, h.u. ask       wait     -                  -        -               -              wait, h.u.
//   open      -               off, h.u. -         wait     rest (or renew)    rest     dial anew       see below      ask, ping, or wait, h.u.
//
// "ask" is a heartbeat, or the request to be taken back once the hub has said that the identity ended. An open connection asks one
// thing at a time; when the answer is late the connection is given up. "rest" waits for the next heartbeat, with a ping after silence.
// A refusal: Expired asks to be taken back at once; Pending, and whatever is no fault of ours, asks again at the next interval;
// Identity, Version and Token end the connection, and the hub is dialled as rarely as one that is away for long. Another interval between
// heartbeats (`retimed`) makes the next one due now where a connection is open, and changes nothing anywhere else.
import { backoffDelayMs } from '#base';
import type { LinkRefusal } from '#model/link';
import {
  BEAT_ANSWER_MS_MAX,
  BEAT_JITTER,
  DIAL_BACKOFF,
  DIAL_MS_MAX,
  IDENTITY_ANSWER_MS_MAX,
  PING_AFTER_MS,
  PING_MS_MAX,
  REFUSED_FAILURES,
} from './limits.ts';

export type LinkPhase = 'off' | 'waiting' | 'dialling' | 'open';

export interface LinkState {
  readonly phase: LinkPhase;
  /** When something is due: the next dial, the end of patience, the next probe. */
  readonly dueMs: number;
  /** Attempts since the hub last answered a heartbeat. */
  readonly failures: number;
  /** Only while open: what is under way. */
  readonly asked: 'nothing' | 'beat' | 'ping' | 'renew' | 'return';
  readonly beatDueMs: number;
  /** The hub has said that the identity ended: until there is another one, what is asked is to be taken back. */
  readonly ended: boolean;
}

export type LinkEvent =
  | { readonly kind: 'wanted' }
  | { readonly kind: 'unwanted' }
  | { readonly kind: 'opened' }
  /** The dial failed, or the connection ended. */
  | { readonly kind: 'failed' }
  /** A heartbeat was acknowledged; `renew`: the identity is old enough for another one. */
  | { readonly kind: 'answered'; readonly renew: boolean }
  | { readonly kind: 'pong' }
  /** A new identity is kept. */
  | { readonly kind: 'identity' }
  | { readonly kind: 'refused'; readonly code: LinkRefusal['code'] }
  /** Heartbeats shall come at other intervals: the next one is now. */
  | { readonly kind: 'retimed' }
  | { readonly kind: 'due' };

export type LinkAction =
  | { readonly kind: 'dial' }
  | { readonly kind: 'beat' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'renew' }
  | { readonly kind: 'return' }
  | { readonly kind: 'hang-up'; readonly why: string };

export interface LinkStep {
  readonly state: LinkState;
  readonly actions: readonly LinkAction[];
}

export const LINK_OFF: LinkState = {
  phase: 'off',
  dueMs: Number.POSITIVE_INFINITY,
  failures: 0,
  asked: 'nothing',
  beatDueMs: 0,
  ended: false,
};

/** Monotonic time, a random number in [0, 1), and how often heartbeats shall come. */
export interface LinkNow {
  readonly nowMs: number;
  readonly random: number;
  readonly beatEveryMs: number;
}

/** The next state, and what must be done, in order. */
export function linkStep(state: LinkState, event: LinkEvent, now: LinkNow): LinkStep {
  switch (event.kind) {
    case 'wanted':
      return state.phase === 'off' || state.phase === 'waiting' ? dial(state, now, []) : still(state);
    case 'unwanted':
      return { state: LINK_OFF, actions: holds(state) ? [hangUp('the link is not wanted')] : [] };
    case 'opened':
      if (state.phase === 'dialling') return ask(state, now);
      return state.phase === 'open' ? still(state) : { state, actions: [hangUp('it came too late')] };
    case 'failed':
      return holds(state) ? wait(state, now, []) : still(state);
    case 'retimed':
      return state.phase === 'open' ? retimed(state, now) : still(state);
    case 'due':
      return now.nowMs < state.dueMs ? still(state) : due(state, now);
    case 'answered':
    case 'pong':
    case 'identity':
    case 'refused':
      return state.phase === 'open' ? heard(state, event, now) : still(state);
  }
}

const still = (state: LinkState): LinkStep => ({ state, actions: [] });
const holds = ({ phase }: LinkState): boolean => phase === 'dialling' || phase === 'open';
const hangUp = (why: string): LinkAction => ({ kind: 'hang-up', why });

function dial(state: LinkState, { nowMs }: LinkNow, before: readonly LinkAction[]): LinkStep {
  return {
    state: { ...state, phase: 'dialling', asked: 'nothing', dueMs: nowMs + DIAL_MS_MAX },
    actions: [...before, { kind: 'dial' }],
  };
}

/** Half of the pause is random. */
function wait(state: LinkState, { nowMs, random }: LinkNow, actions: readonly LinkAction[]): LinkStep {
  const pauseMs = backoffDelayMs(DIAL_BACKOFF, state.failures) * (1 - random / 2);
  const failures = state.failures + 1;
  return { state: { ...state, phase: 'waiting', asked: 'nothing', failures, dueMs: nowMs + pauseMs }, actions };
}

function ask(state: LinkState, { nowMs }: LinkNow): LinkStep {
  const [asked, patienceMs] = state.ended
    ? (['return', IDENTITY_ANSWER_MS_MAX] as const)
    : (['beat', BEAT_ANSWER_MS_MAX] as const);
  return { state: { ...state, phase: 'open', asked, dueMs: nowMs + patienceMs }, actions: [{ kind: asked }] };
}

/** Until the next heartbeat, with a look at the connection before it when that is far. */
function rest(state: LinkState, nowMs: number): LinkStep {
  const dueMs = Math.min(state.beatDueMs, nowMs + PING_AFTER_MS);
  return still({ ...state, asked: 'nothing', dueMs });
}

/** What is under way is waited for. */
function retimed(state: LinkState, now: LinkNow): LinkStep {
  if (state.asked === 'nothing') return ask(state, now);
  return still({ ...state, beatDueMs: now.nowMs });
}

function restUntilBeat(state: LinkState, { nowMs, random, beatEveryMs }: LinkNow): LinkStep {
  const beatDueMs = nowMs + beatEveryMs * (1 - BEAT_JITTER + 2 * BEAT_JITTER * random);
  return rest({ ...state, beatDueMs }, nowMs);
}

function due(state: LinkState, now: LinkNow): LinkStep {
  if (state.phase === 'off') return still(state);
  if (state.phase === 'waiting') return dial(state, now, []);
  if (state.phase === 'dialling') return wait(state, now, [hangUp('no connection in time')]);
  if (state.asked !== 'nothing') return wait(state, now, [hangUp(`no answer to the ${WORDS[state.asked]} in time`)]);
  if (now.nowMs >= state.beatDueMs) return ask(state, now);
  return { state: { ...state, asked: 'ping', dueMs: now.nowMs + PING_MS_MAX }, actions: [{ kind: 'ping' }] };
}

const WORDS = {
  beat: 'heartbeat',
  ping: 'ping',
  renew: 'request for an identity',
  return: 'request to be taken back',
} as const;

type Heard = Extract<LinkEvent, { kind: 'answered' | 'pong' | 'identity' | 'refused' }>;

/** Something came over the open connection. */
function heard(state: LinkState, event: Heard, now: LinkNow): LinkStep {
  if (event.kind === 'pong') return state.asked === 'ping' ? rest(state, now.nowMs) : still(state);
  if (event.kind === 'identity')
    return dial({ ...state, ended: false }, now, [hangUp('it goes on with the new identity')]);
  if (event.kind === 'answered') {
    const well = { ...state, failures: 0, ended: false };
    if (!event.renew) return restUntilBeat(well, now);
    const next = restUntilBeat(well, now).state;
    return {
      state: { ...next, asked: 'renew', dueMs: now.nowMs + IDENTITY_ANSWER_MS_MAX },
      actions: [{ kind: 'renew' }],
    };
  }
  if (event.code === 'Expired' && !state.ended) return ask({ ...state, ended: true }, now);
  if (event.code === 'Identity' || event.code === 'Version' || event.code === 'Token')
    return wait({ ...state, failures: REFUSED_FAILURES }, now, [hangUp('the hub refuses this site')]);
  return restUntilBeat(state, now);
}
