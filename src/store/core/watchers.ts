// Who watches which prefix, and the delivery of changes to them in revision order. Watchers are found by looking the
// key's beginnings up, one for each prefix length in use, so that a change costs the same with ten watchers or ten thousand.
import type { Revision, StoreEvent, WatchQuery, WatchSink } from '../contract.ts';

interface Watcher<I> {
  readonly prefix: string;
  readonly sink: WatchSink<I>;
  /** Newest revision it has seen. */
  after: Revision;
}

export class Watchers<I> {
  readonly #byPrefix = new Map<string, Set<Watcher<I>>>();
  /** Prefix length -> how many prefixes have it. */
  readonly #lengths = new Map<number, number>();

  /** Hands `missed` over at once, then everything that `deliver` brings. */
  add(query: WatchQuery, sink: WatchSink<I>, missed: Iterable<StoreEvent<I>>): { close(): void } {
    const watcher: Watcher<I> = { prefix: query.prefix, sink, after: query.after };
    let open = true;
    let set = this.#byPrefix.get(query.prefix);
    if (set === undefined) {
      set = new Set();
      this.#byPrefix.set(query.prefix, set);
      this.#lengths.set(query.prefix.length, (this.#lengths.get(query.prefix.length) ?? 0) + 1);
    }
    set.add(watcher);
    for (const event of missed) if (open && event.entry.key.startsWith(query.prefix)) this.#tell(watcher, event);
    return {
      close: () => {
        open = false;
        this.#remove(watcher);
      },
    };
  }

  deliver(event: StoreEvent<I>): void {
    const key = event.entry.key;
    for (const length of this.#lengths.keys()) {
      if (length > key.length) continue;
      const set = this.#byPrefix.get(key.slice(0, length));
      if (set !== undefined) for (const watcher of set) this.#tell(watcher, event);
    }
  }

  /** Tells every watcher that it must list again, and forgets them all. */
  lose(): void {
    const all = [...this.#byPrefix.values()].flatMap((set) => [...set]);
    this.#byPrefix.clear();
    this.#lengths.clear();
    for (const watcher of all) watcher.sink.lost();
  }

  #tell(watcher: Watcher<I>, event: StoreEvent<I>): void {
    if (event.entry.revision <= watcher.after) return;
    watcher.after = event.entry.revision;
    watcher.sink.event(event);
  }

  #remove(watcher: Watcher<I>): void {
    const set = this.#byPrefix.get(watcher.prefix);
    if (!set?.delete(watcher) || set.size > 0) return;
    this.#byPrefix.delete(watcher.prefix);
    const length = watcher.prefix.length;
    const left = (this.#lengths.get(length) ?? 1) - 1;
    if (left > 0) this.#lengths.set(length, left);
    else this.#lengths.delete(length);
  }
}
