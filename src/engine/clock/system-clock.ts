// Decides when the machine's own clock is set right by the site, where it may do that: only to a time that somebody vouched for, and that
// nobody contradicts. What programs that are not ours judge certificates by is then right as well.
import { SET_SYSTEM_OFF_MS } from './limits.ts';
import { siteTime } from './line.ts';
import type { ClockReading, ClockState } from './state.ts';

/** What the system clock is to be set to now; undefined: it stays as it is. */
export function systemClockToSet(state: ClockState, now: ClockReading): number | undefined {
  const { basis, doubt } = state;
  const isVouched = doubt === undefined && basis !== 'system' && basis !== 'ratchet';
  const timeMs = siteTime(state, now);
  return isVouched && Math.abs(timeMs - now.systemMs) >= SET_SYSTEM_OFF_MS ? timeMs : undefined;
}
