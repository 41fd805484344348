// The newest changes, bounded by number and bytes: what a watch resumes from, and what older states are rebuilt from.
// `floor` is the revision after which nothing is missing. What falls off the old end is dead in the log too, and is told.
import type { Entry, Revision, StoreEvent } from '../contract.ts';
import type { DeadRecord } from './dead-records.ts';

export interface HistoryBounds {
  readonly events: number;
  readonly bytes: number;
}

function heldBytes(event: StoreEvent): number {
  return (event.previous?.bytes.length ?? 0) + (event.type === 'deleted' ? event.entry.bytes.length : 0);
}

export class History<I> {
  #events: StoreEvent<I>[] = [];
  #head = 0;
  #bytes = 0;
  #floor: Revision;
  readonly #bounds: HistoryBounds;
  readonly #dead: (record: DeadRecord) => void;

  constructor(floor: Revision, bounds: HistoryBounds, dead: (record: DeadRecord) => void) {
    this.#floor = floor;
    this.#bounds = bounds;
    this.#dead = dead;
  }

  /** Oldest revision a watch may start after. */
  get floor(): Revision {
    return this.#floor;
  }

  push(event: StoreEvent<I>): void {
    this.#events.push(event);
    this.#bytes += heldBytes(event);
    while (this.#events.length - this.#head > this.#bounds.events || this.#bytes > this.#bounds.bytes) this.#shift();
    this.#tidy();
  }

  /** Drops everything up to `revision`. */
  trim(revision: Revision): void {
    for (;;) {
      const oldest = this.#events[this.#head];
      if (oldest === undefined || oldest.entry.revision > revision) break;
      this.#shift();
    }
    this.#floor = Math.max(this.#floor, revision);
    this.#tidy();
  }

  /** Changes after `revision`, oldest first. */
  *after(revision: Revision): Iterable<StoreEvent<I>> {
    let low = this.#head;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] as StoreEvent<I>).entry.revision <= revision) low = middle + 1;
      else high = middle;
    }
    // A copy: whoever is called back may make new history.
    for (const event of this.#events.slice(low)) yield event;
  }

  /** What the keys under `prefix` that changed after `revision` held at `revision`. */
  statesAt(prefix: string, revision: Revision): Map<string, Entry<I> | undefined> {
    const states = new Map<string, Entry<I> | undefined>();
    for (const { entry, previous } of this.after(revision)) {
      if (entry.key.startsWith(prefix) && !states.has(entry.key)) states.set(entry.key, previous);
    }
    return states;
  }

  #shift(): void {
    const event = this.#events[this.#head] as StoreEvent<I>;
    this.#head++;
    this.#bytes -= heldBytes(event);
    this.#floor = event.entry.revision;
    const since = event.entry.revision;
    for (const entry of event.type === 'deleted' ? [event.previous, event.entry] : [event.previous])
      if (entry) this.#dead({ revision: entry.revision, since, bytes: entry.bytes.length });
  }

  /** Lets go of what was shifted out. The slots are cleared in bulk so that a push stays cheap. */
  #tidy(): void {
    if (this.#head < 256 || this.#head * 4 < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}
