// Whether somebody else may still believe that it leads. The end of a lease in etcd is no proof that it does not: a member of etcd that
// led once, stood still and comes to itself ends leases long before their time. So whoever comes to lead serves only once nobody else
// has been seen to lead for as long as a lease lasts. What was not looked at for a moment counts as nothing seen: who began to lead in
// it did not serve yet.
import type { FailoverState, FailoverView } from './contract.ts';
import { isHeld } from './leases.ts';
import { CONTROL_HELD_MS, UNSEEN_MS_MAX } from './limits.ts';

/** Whoever leads already waits for nobody. */
export const quietAtStart = ({ control }: FailoverView['leases'], nowMs: number): FailoverState['quiet'] =>
  isHeld(control, nowMs)
    ? { sinceMs: Number.NEGATIVE_INFINITY, seenMs: nowMs }
    : { sinceMs: nowMs, seenMs: Number.NEGATIVE_INFINITY };

export function quietSince(
  { quiet }: FailoverState,
  { seen, self }: FailoverView,
  nowMs: number,
): FailoverState['quiet'] {
  if (seen === undefined || seen.sentMs <= quiet.seenMs) return quiet;
  const isOther = seen.controller !== undefined && seen.controller !== self;
  const wasUnseen = seen.sentMs - quiet.seenMs > UNSEEN_MS_MAX;
  return { sinceMs: isOther || wasUnseen ? nowMs : quiet.sinceMs, seenMs: seen.sentMs };
}

/** Nobody else serves, nor can begin to while our lease lasts. */
export const isQuiet = ({ quiet }: FailoverState, nowMs: number): boolean =>
  nowMs - quiet.sinceMs >= CONTROL_HELD_MS && nowMs - quiet.seenMs <= UNSEEN_MS_MAX;
