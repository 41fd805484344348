// What the hub has said of each stream, remembered in the file that the journals read.
import type { Clock, Timer } from '#platform/clock';
import { writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import { POSITIONS_WRITE_MS } from './limits.ts';
import { type KnownPositions, readPositions } from './positions.ts';
import { lastIn, type Stream, streamsIn } from './streams.ts';

interface HeardOptions {
  readonly folder: string;
  readonly positionsFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class HeardPositions {
  readonly #options: HeardOptions;
  readonly #positions: Map<string, number>;
  readonly #ahead: Set<string>;
  #timer: Timer | undefined;

  constructor(options: HeardOptions) {
    this.#options = options;
    const { positions, ahead } = readPositions(options.positionsFile);
    this.#positions = new Map(Object.entries(positions));
    this.#ahead = new Set(ahead);
  }

  of(stream: string): number {
    return this.#positions.get(stream) ?? 0;
  }

  /** Its life is over: the hub has more of it than there is here. */
  isOver(stream: string): boolean {
    return this.#ahead.has(stream);
  }

  place(stream: string, sequence: number): void {
    if (this.of(stream) === sequence) return;
    this.#positions.set(stream, sequence);
    this.#timer ??= this.#options.clock.after(POSITIONS_WRITE_MS, () => this.write(), { background: true });
  }

  /** The hub's word: taken as it is, unless it has more of a living stream than was `given` or is there. */
  heard(stream: Stream, hub: number, given: number): void {
    const { name, current } = stream;
    if (this.of(name) === hub || this.isOver(name)) return;
    if (!current || hub <= given || hub <= lastIn(stream)) {
      this.place(name, hub);
      return;
    }
    this.#ahead.add(name);
    this.#options.log.warn('the hub has more of a journal than there is here', { stream: name, hub });
    this.write();
  }

  /** Keeps what is known of streams that are still there. */
  write(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { folder, positionsFile, log } = this.#options;
    const there = new Set(streamsIn(folder).map(({ name }) => name));
    const known: KnownPositions = {
      positions: Object.fromEntries([...this.#positions].filter(([stream]) => there.has(stream))),
      ahead: [...this.#ahead].filter((stream) => there.has(stream)),
    };
    try {
      writeFileAtomic(positionsFile, JSON.stringify(known));
    } catch (error) {
      log.warn('how far the journal is delivered was not kept', { error });
    }
  }

  close(): void {
    if (this.#timer) this.write();
  }
}
