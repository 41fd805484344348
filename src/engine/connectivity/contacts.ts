// When the hub was last heard, told from clocks that may have jumped. Contacts are kept ascending. The one that counts is the
// latest that is not after `now`; those after it were written down while the clock stood further ahead, and count again when it
// comes to them. So a clock that was at 2099 or 1970 for a while leaves nothing behind:
//
//   heard in 2026, boot at 1970      [1970, 2026]   nothing lies before now, so `now` is put down: no time has passed
//   the clock is put right to 2026   [1970, 2026]   2026 counts again, as if nothing had been
//   heard at 2099, put right to 2026 [2026, 2099]   the same from the other side
//   heard again in 2026              [2026]         what stood ahead of the clock is over, or 2099 would count when it comes
import { present } from '#base';
import { CONTACTS_MAX } from './limits.ts';

/** Drops the later one of the closest two until there are few enough: what is wrong then is only the gap between them. */
function bounded(contacts: readonly number[]): readonly number[] {
  let left = [...contacts];
  while (left.length > CONTACTS_MAX) {
    const gaps = left.slice(1).map((contact, i) => contact - (left[i] ?? 0));
    const closest = gaps.indexOf(Math.min(...gaps)) + 1;
    left = left.filter((_, i) => i !== closest);
  }
  return left;
}

/** The same contacts, at least one of them not after `now`. */
export function contactsAt(contacts: readonly number[], now: number): readonly number[] {
  return contacts.some((contact) => contact <= now) ? contacts : bounded([now, ...contacts]);
}

/** The contact that counts. `contacts` come from {@link contactsAt} of the same time. */
export function lastContact(contacts: readonly number[], now: number): number {
  return present(
    contacts.findLast((contact) => contact <= now),
    'one contact is not after now',
  );
}

/** After one more; undefined when it tells nothing new: not later than the one that counts, or of a clock further ahead. */
export function contactAdded(contacts: readonly number[], at: number, now: number): readonly number[] | undefined {
  if (at > now || at <= lastContact(contacts, now)) return undefined;
  return [at];
}
