// Decides how an authority (the root, an issuing one, the key of service accounts) is replaced by its next generation without a
// moment in which somebody meets one that he does not trust: first the next one is trusted everywhere, then it signs and what
// the old one signed is issued again, then the old one is dropped.
//
//   phase      signs     trusted            event         goes to     when
//   steady     current   current            renew         announced   -
//   announced  current   current, next      tick          moving      it was seen trusted for `announceMs`; `hurry`: `announceLeastMs`
//   moving     current   current, previous  leaves-moved  retiring    nothing of ours that `previous` signed is in use
//   retiring   current   current, previous  tick          steady      `untilMs` is past, the site has run for all of `leftMs`,
//                                                                     and nothing is held by it
//   retiring   current   current, previous  tick          retiring    it has run for a while more: `leftMs` falls
//   retiring   current   current, previous  finish        steady      an operator says so
//
// Everything else changes nothing, or is refused with a reason. Generations only grow. A state is stored before it is acted on,
// and each pass brings everything to what the state says, so one that was interrupted anywhere is finished by the next.
// `seenForMs` is counted by a clock that never jumps, from when the process that acts first saw the state; dates are the site's, and
// a date alone drops nothing: a time that was wrong for a while would end for good what somebody still needs.

import { ANNOUNCE_LEAST_MS, ANNOUNCE_MS, RAN_TOLD_MS, RETIRE_MS } from './limits.ts';

export type Rollover =
  | { readonly phase: 'steady'; readonly current: number }
  | { readonly phase: 'announced'; readonly current: number; readonly next: number; readonly hurry: boolean }
  | { readonly phase: 'moving'; readonly current: number; readonly previous: number }
  | {
      readonly phase: 'retiring';
      readonly current: number;
      readonly previous: number;
      /** Before this the previous one is not dropped, milliseconds since 1970. */
      readonly untilMs: number;
      /** Nor before the site has run for this long; absent in what earlier releases wrote. */
      readonly leftMs?: number;
    };

export type RolloverEvent =
  /** Begin; `hurry` waits only as long as our own processes need. On one that is announced: hurry from now on. */
  | { readonly kind: 'renew'; readonly hurry: boolean }
  | {
      readonly kind: 'tick';
      readonly seenForMs: number /** Something without an end still rests on the previous one. */;
      readonly held: boolean;
    }
  /** `neededUntilMs`: when the last credential ends that the previous one signed for somebody else. */
  | { readonly kind: 'leaves-moved'; readonly neededUntilMs: number }
  | { readonly kind: 'finish' };

export type RolloverStep =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly state: Rollover }
  | { readonly kind: 'refused'; readonly reason: string };

export const FIRST_GENERATION: Rollover = { phase: 'steady', current: 1 };

const unchanged: RolloverStep = { kind: 'unchanged' };
const changed = (state: Rollover): RolloverStep => ({ kind: 'changed', state });
const refused = (reason: string): RolloverStep => ({ kind: 'refused', reason });

function renew(state: Rollover, hurry: boolean): RolloverStep {
  if (state.phase === 'steady')
    return changed({ phase: 'announced', current: state.current, next: state.current + 1, hurry });
  if (state.phase === 'announced')
    return hurry && !state.hurry ? changed({ ...state, hurry }) : refused('its replacement is under way already');
  return refused(
    state.phase === 'moving'
      ? 'its replacement is under way already'
      : 'the one before it is still trusted; drop that first',
  );
}

function tick(state: Rollover, of: { seenForMs: number; held: boolean }, now: number): RolloverStep {
  if (state.phase === 'announced')
    return of.seenForMs >= (state.hurry ? ANNOUNCE_LEAST_MS : ANNOUNCE_MS)
      ? changed({ phase: 'moving', current: state.next, previous: state.current })
      : unchanged;
  if (state.phase !== 'retiring') return unchanged;
  const { leftMs: before = 0 } = state;
  const leftMs = Math.max(0, before - of.seenForMs);
  if (now >= state.untilMs && leftMs === 0 && !of.held) return changed({ phase: 'steady', current: state.current });
  const isTold = before > 0 && (leftMs === 0 || of.seenForMs >= RAN_TOLD_MS);
  return isTold ? changed({ ...state, leftMs }) : unchanged;
}

/** The previous generation is trusted by its date, and for as long as that is from now. */
export function retiring(
  of: { readonly current: number; readonly previous: number; readonly neededUntilMs: number },
  now: number,
): Rollover {
  const { current, previous, neededUntilMs } = of;
  const leftMs = Math.max(RETIRE_MS, neededUntilMs - now);
  return { phase: 'retiring', current, previous, untilMs: now + leftMs, leftMs };
}

export function rolloverStep(state: Rollover, event: RolloverEvent, now: number): RolloverStep {
  switch (event.kind) {
    case 'renew':
      return renew(state, event.hurry);
    case 'tick':
      return tick(state, event, now);
    case 'leaves-moved': {
      if (state.phase !== 'moving') return unchanged;
      const { current, previous } = state;
      return changed(retiring({ current, previous, neededUntilMs: event.neededUntilMs }, now));
    }
    case 'finish':
      if (state.phase === 'retiring') return changed({ phase: 'steady', current: state.current });
      return refused(
        state.phase === 'steady' ? 'nothing before it is trusted any more' : 'its replacement is not that far yet',
      );
  }
}

/** Every generation that is trusted in a state, the one that signs first. */
export function trustedGenerations(state: Rollover): number[] {
  switch (state.phase) {
    case 'steady':
      return [state.current];
    case 'announced':
      return [state.current, state.next];
    default:
      return [state.current, state.previous];
  }
}
