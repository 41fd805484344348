// The networks of a simulated pair: between the nodes the storage network, to and from the witness the access network, which people
// use too. Each way of each link is cut by itself. What a machine refuses, its kernel drops in both directions.
import type { Random } from '#base';
import type { Machine, Process } from './machine.ts';
import type { Timeline } from './timeline.ts';

export const PEOPLE = 'people';
/** What was sent and not received is sent again this often, and no longer than that. */
const AGAIN_MS = 200;
const PATIENCE_MS = 10_000;

/** `lost`: when the way is cut. `again`: sent until the way is whole, if that is soon; so it may arrive much later. */
export type Manner = 'lost' | 'again';

export class Network {
  readonly #cuts = new Map<string, number>();
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #random: Random;
  readonly #timeline: Timeline;

  constructor(machines: ReadonlyMap<string, Machine>, { timeline, random }: { timeline: Timeline; random: Random }) {
    this.#machines = machines;
    this.#timeline = timeline;
    this.#random = random;
  }

  cut(from: string, to: string): void {
    this.#cuts.set(`${from}>${to}`, (this.#cuts.get(`${from}>${to}`) ?? 0) + 1);
  }

  mend(from: string, to: string): void {
    this.#cuts.set(`${from}>${to}`, (this.#cuts.get(`${from}>${to}`) ?? 1) - 1);
  }

  mendAll(): void {
    this.#cuts.clear();
  }

  /** Whether the wire carries it, refused or not. */
  isWired(from: string, to: string): boolean {
    return (this.#cuts.get(`${from}>${to}`) ?? 0) === 0;
  }

  #isRefused(one: string, other: string): boolean {
    const by = this.#machines.get(one);
    const whom = this.#machines.get(other);
    return by?.refuses.has(other) === true || whom?.refuses.has(one) === true;
  }

  /** Whether what `from` sends reaches `to` now. */
  passes(from: string, to: string): boolean {
    if (from === to) return true;
    return this.isWired(from, to) && !this.#isRefused(from, to) && this.#machines.get(to)?.powered !== false;
  }

  joins(one: string, other: string): boolean {
    return this.passes(one, other) && this.passes(other, one);
  }

  /** Most answers take a millisecond, and now and then one takes long. */
  delayMs(): number {
    const random = this.#random;
    return random.next() < 0.02 ? random.next() * 60 : 0.1 + random.next() * 1.5;
  }

  /** `receive` is called when it arrives, if ever; what `to` is by then, is for the caller to know. */
  send(from: string, to: Process, manner: Manner, receive: () => void): void {
    const untilMs = this.#timeline.nowMs + PATIENCE_MS;
    const arrive = (): void => {
      if (!to.alive) return;
      if (this.passes(from, to.machine.name)) to.deliver(receive);
      else if (manner === 'again' && this.#timeline.nowMs < untilMs) this.#timeline.after(AGAIN_MS, arrive);
    };
    this.#timeline.after(this.delayMs(), arrive);
  }
}
