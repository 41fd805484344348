// The two lines that the site's clock is made of: the site's time and the ratchet, both growing with boot time alone.
import { AGREES_MS, DRIFT, POWER_OFF_MS_MAX } from './limits.ts';
import type { ClockReading, ClockState, Ratchet } from './state.ts';

/** The site's time. */
export const siteTime = (state: ClockState, now: ClockReading): number => now.bootMs + state.siteMinusBootMs;

/** The latest time that has surely passed. */
export const ratchetTime = ({ ratchet }: ClockState, now: ClockReading): number =>
  ratchet.timeMs + Math.max(0, now.bootMs - ratchet.bootMs);

/** How far the ratchet may be ahead of the truth. */
export const ratchetSlack = ({ ratchet }: ClockState, now: ClockReading): number =>
  ratchet.slackMs + DRIFT * Math.max(0, now.bootMs - ratchet.bootMs);

/** The ratchet as it is to be written down now. */
export const raisedRatchet = (state: ClockState, now: ClockReading): Ratchet =>
  now.bootMs <= state.ratchet.bootMs
    ? state.ratchet
    : { timeMs: ratchetTime(state, now), bootMs: now.bootMs, slackMs: ratchetSlack(state, now) };

/** The state as it is written down: with what has passed until now. */
export const persistedClock = (state: ClockState, now: ClockReading): ClockState => ({
  ...state,
  ratchet: raisedRatchet(state, now),
});

/** The ratchet after somebody vouched for `timeMs`: never lower. Where it stands ahead of that, it waits for it. */
export function vouchedRatchet(
  state: ClockState,
  now: ClockReading,
  vouched: { readonly timeMs: number; readonly uncertaintyMs: number },
): Ratchet {
  const before = ratchetTime(state, now);
  const surely = vouched.timeMs - vouched.uncertaintyMs;
  if (surely >= before) return { timeMs: surely, bootMs: now.bootMs, slackMs: 0 };
  const aheadMs = before - surely;
  return { timeMs: before, bootMs: now.bootMs + aheadMs, slackMs: aheadMs };
}

/** Whether a time can be true by what has surely passed. */
export function isPlausible(state: ClockState, now: ClockReading, timeMs: number, slackMs: number): boolean {
  const passed = ratchetTime(state, now);
  return timeMs >= passed - ratchetSlack(state, now) - AGREES_MS - slackMs && timeMs <= passed + POWER_OFF_MS_MAX;
}
