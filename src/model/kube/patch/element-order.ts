// The order of a merged list: items that the patch names stand as the patch orders them, the others keep their
// place among each other, and go before a named item only where they already did.
import { isObject, jsonEqual } from './json.ts';

/** What tells the items of a list apart: the value of the merge key, or the item itself in lists of scalars. */
export type Identity = (item: unknown) => unknown;

export function identityBy(mergeKey: string | undefined): Identity {
  return (item) => (mergeKey !== undefined && isObject(item) ? item[mergeKey] : item);
}

function positions(list: readonly unknown[], identity: Identity): (item: unknown) => number {
  const known = new Map<unknown, number>();
  for (let i = 0; i < list.length; i++) {
    const id = identity(list[i]);
    if (!known.has(id)) known.set(id, i);
  }
  return (item) => {
    const id = identity(item);
    const found = known.get(id);
    if (found !== undefined || typeof id !== 'object') return found ?? -1;
    return list.findIndex((other) => jsonEqual(identity(other), id));
  };
}

/** `merged` in order: `wanted` is the order of the patch, `before` the list as it was. */
export function orderElements(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  before: readonly unknown[],
  identity: Identity,
): unknown[] {
  const inWanted = positions(wanted, identity);
  const inBefore = positions(before, identity);
  const byPosition = (position: (item: unknown) => number) => (a: unknown, b: unknown) => position(a) - position(b);
  const named = merged.filter((item) => inWanted(item) >= 0).sort(byPosition(inWanted));
  const others = merged.filter((item) => inWanted(item) < 0).sort(byPosition(inBefore));
  const result: unknown[] = [];
  let i = 0;
  for (const item of named) {
    const here = inBefore(item);
    while (here >= 0 && i < others.length) {
      const other = inBefore(others[i]);
      if (other < 0 || other > here) break;
      result.push(others[i++]);
    }
    result.push(item);
  }
  for (; i < others.length; i++) result.push(others[i]);
  return result;
}
