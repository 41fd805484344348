// Whether somebody else may still believe that it leads. The end of a lease in etcd is no proof that it does not: a member of etcd that
// led once, stood still and comes to itself ends leases long before their time. So whoever comes to lead serves only once nobody else
// has been seen to lead for as long as a lease lasts. What was not looked at for a moment counts as nothing seen: who began to lead in
// it did not serve yet.
//
// Who hands the leadership back in order says so in etcd, once its API has stopped, and takes its word back with the write that asks for
// the leadership again. A look that shows the word of everybody else, after the leadership became ours, is the proof that is waited for
// otherwise.
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
  { seen, self, nodes }: FailoverView,
  nowMs: number,
): FailoverState['quiet'] {
  if (seen === undefined || seen.sentMs <= quiet.seenMs) return quiet;
  const isOther = seen.controller !== undefined && seen.controller !== self;
  const wasUnseen = seen.sentMs - quiet.seenMs > UNSEEN_MS_MAX;
  const { sentMs: seenMs, resigned } = seen;
  const isSaid = !isOther && nodes.every((node) => node === self || resigned?.includes(node));
  // Whoever took its word back may have led meanwhile.
  const isAnew = isOther || wasUnseen || (quiet.said === true && !isSaid);
  return { sinceMs: isAnew ? nowMs : quiet.sinceMs, seenMs, ...(isSaid && { said: true }) };
}

/** Nobody else serves, nor can begin to while our lease lasts. */
export const isQuiet = ({ quiet, takenMs }: FailoverState, nowMs: number): boolean => {
  const isSaid = quiet.said === true && quiet.seenMs > takenMs;
  return (isSaid || nowMs - quiet.sinceMs >= CONTROL_HELD_MS) && nowMs - quiet.seenMs <= UNSEEN_MS_MAX;
};
