// Answers a list: from the newest state directly, or from an older one by undoing the changes since.
import type { Entry, ListQuery, ListResult, Revision } from '../contract.ts';
import type { History } from './history.ts';
import { orderOf, type SortedIndex } from './sorted-index.ts';

export function listEntries<I>(
  query: ListQuery,
  entries: SortedIndex<I>,
  history: History<I>,
  newest: Revision,
): ListResult<I> {
  const { prefix, after, limit, at = newest } = query;
  if (at > newest) return { kind: 'future', newest };
  if (at < history.floor) return { kind: 'expired', oldest: history.floor };
  const changed = at === newest ? undefined : history.statesAt(prefix, at);
  if (changed === undefined || changed.size === 0)
    return { kind: 'listed', revision: at, ...entries.list(prefix, after, limit) };
  const then = merge(entries.list(prefix, after).entries, changed, after);
  const page = limit === undefined ? then : then.slice(0, limit);
  return { kind: 'listed', revision: at, entries: page, remaining: then.length - page.length };
}

/** `now` with the changed keys as they were, in key order. */
function merge<I>(
  now: readonly Entry<I>[],
  changed: ReadonlyMap<string, Entry<I> | undefined>,
  after: string | undefined,
): Entry<I>[] {
  const least = after === undefined ? '' : orderOf(after);
  const were = [...changed.values()]
    .filter((entry) => entry !== undefined)
    .map((entry) => ({ order: orderOf(entry.key), entry }))
    .filter(({ order }) => order > least)
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const merged: Entry<I>[] = [];
  let next = 0;
  for (const entry of now) {
    if (changed.has(entry.key)) continue;
    const order = orderOf(entry.key);
    for (; next < were.length && (were[next]?.order ?? '') < order; next++)
      merged.push(...were.slice(next, next + 1).map((w) => w.entry));
    merged.push(entry);
  }
  for (; next < were.length; next++) merged.push(...were.slice(next, next + 1).map((w) => w.entry));
  return merged;
}
