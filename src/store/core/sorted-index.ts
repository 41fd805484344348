// Entries in key order: a list of blocks, each a pair of short sorted arrays. A lookup is two binary searches, an insert
// shifts at most one block, a range is a few array slices.
// Order is that of UTF-8 bytes. Strings compare by UTF-16 units, which differs only where surrogates meet U+E000 and
// above; such keys are ordered by a text in which those units are swapped around, all others by themselves.
import type { Entry } from '../contract.ts';
import { INDEX_BLOCK_KEYS_MAX } from '../limits.ts';

interface Block<I> {
  readonly orders: string[];
  readonly entries: Entry<I>[];
}

interface Position {
  readonly block: number;
  readonly at: number;
}

/** A text that compares by UTF-16 units as `key` compares by UTF-8 bytes. */
export function orderOf(key: string): string {
  if (!/[\ud800-\uffff]/.test(key)) return key;
  let order = '';
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    order += String.fromCharCode(unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
  }
  return order;
}

/** The least text above everything that begins with `order`; undefined when there is none. */
function successorOf(order: string): string | undefined {
  for (let end = order.length; end > 0; end--) {
    const unit = order.charCodeAt(end - 1);
    if (unit < 0xffff) return order.slice(0, end - 1) + String.fromCharCode(unit + 1);
  }
  return undefined;
}

function lowerBound(orders: readonly string[], order: string): number {
  let low = 0;
  let high = orders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((orders[middle] as string) < order) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class SortedIndex<I> {
  #blocks: Block<I>[] = [];
  #size = 0;

  /** Takes entries in any order, each key once. */
  static of<I>(entries: Iterable<Entry<I>>): SortedIndex<I> {
    const pairs = Array.from(entries, (entry) => ({ order: orderOf(entry.key), entry }));
    pairs.sort((a, b) => (a.order < b.order ? -1 : 1));
    const index = new SortedIndex<I>();
    const half = INDEX_BLOCK_KEYS_MAX / 2;
    for (let i = 0; i < pairs.length; i += half) {
      const part = pairs.slice(i, i + half);
      index.#blocks.push({ orders: part.map((p) => p.order), entries: part.map((p) => p.entry) });
    }
    index.#size = pairs.length;
    return index;
  }

  get size(): number {
    return this.#size;
  }

  get(key: string): Entry<I> | undefined {
    const order = orderOf(key);
    const { block, at } = this.#find(order);
    const found = this.#blocks[block];
    return found !== undefined && found.orders[at] === order ? found.entries[at] : undefined;
  }

  set(entry: Entry<I>): void {
    const order = orderOf(entry.key);
    const position = this.#find(order);
    // Past the last key: the last block grows.
    const block = Math.min(position.block, Math.max(0, this.#blocks.length - 1));
    const into = this.#blocks[block];
    if (into === undefined) {
      this.#blocks.push({ orders: [order], entries: [entry] });
      this.#size = 1;
      return;
    }
    const at = position.block === block ? position.at : into.orders.length;
    if (into.orders[at] === order) {
      into.entries[at] = entry;
      return;
    }
    into.orders.splice(at, 0, order);
    into.entries.splice(at, 0, entry);
    this.#size++;
    if (into.orders.length > INDEX_BLOCK_KEYS_MAX) this.#split(block, into);
  }

  delete(key: string): void {
    const order = orderOf(key);
    const { block, at } = this.#find(order);
    const from = this.#blocks[block];
    if (from?.orders[at] !== order) return;
    from.orders.splice(at, 1);
    from.entries.splice(at, 1);
    this.#size--;
    if (from.orders.length === 0) this.#blocks.splice(block, 1);
  }

  /** Up to `limit` entries under `prefix` that come after the key `after`, and how many more there are. */
  list(prefix: string, after = '', limit = Number.POSITIVE_INFINITY): { entries: Entry<I>[]; remaining: number } {
    const [start, end] = this.#range(prefix, after);
    const total = this.#distance(start, end);
    const entries: Entry<I>[] = [];
    for (let b = start.block; b <= end.block && entries.length < limit; b++) {
      const block = this.#blocks[b];
      if (block === undefined) break;
      const from = b === start.block ? start.at : 0;
      const to = Math.min(b === end.block ? end.at : block.entries.length, from + limit - entries.length);
      for (let i = from; i < to; i++) entries.push(block.entries[i] as Entry<I>);
    }
    return { entries, remaining: total - entries.length };
  }

  count(prefix: string): number {
    const [start, end] = this.#range(prefix, '');
    return this.#distance(start, end);
  }

  #range(prefix: string, after: string): [Position, Position] {
    const order = orderOf(prefix);
    const afterOrder = orderOf(after);
    // The least text above `afterOrder` alone is itself with a NUL, which no key has.
    const start = this.#find(after !== '' && afterOrder >= order ? `${afterOrder}\0` : order);
    const successor = successorOf(order);
    const end = successor === undefined ? { block: this.#blocks.length, at: 0 } : this.#find(successor);
    const beyond = start.block > end.block || (start.block === end.block && start.at > end.at);
    return [beyond ? end : start, end];
  }

  #distance(start: Position, end: Position): number {
    let sum = end.at - start.at;
    for (let b = start.block; b < end.block; b++) sum += this.#blocks[b]?.entries.length ?? 0;
    return sum;
  }

  /** Where the first key not below `order` stands, or would stand. */
  #find(order: string): Position {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const orders = (this.#blocks[middle] as Block<I>).orders;
      if ((orders[orders.length - 1] as string) < order) low = middle + 1;
      else high = middle;
    }
    return { block: low, at: lowerBound(this.#blocks[low]?.orders ?? [], order) };
  }

  #split(at: number, block: Block<I>): void {
    const half = block.orders.length >>> 1;
    this.#blocks.splice(at + 1, 0, { orders: block.orders.splice(half), entries: block.entries.splice(half) });
  }
}
