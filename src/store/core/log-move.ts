// The steps of one move from a log that is written to into another: fill it with a copy, follow, mark the old log as left, enter the new one.
// Each step may fail or be the last one that happens; until the old log's mark is durable nothing has changed for the store.
import { type Backoff, backoffDelayMs, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import type { Revision } from '../contract.ts';
import { batches } from './batches.ts';
import type { LogMark, LogMarking } from './log-mark.ts';
import type { LogRecord, StoreLog } from './store-log.ts';

/** A log, and what people call its place. */
export interface PlacedLog {
  readonly log: StoreLog;
  readonly place: string;
}

export interface LogMoveOptions {
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Whether nobody waits for the end any more. */
  isOver(): boolean;
}

function markingOf({ log, place }: PlacedLog): LogMarking {
  if (log.marking) return log.marking;
  throw new WorldError('Unsupported', `a store cannot move into or out of ${place}`, { attempted: 'move the store' });
}

async function isEmpty(log: StoreLog): Promise<boolean> {
  let empty = true;
  await log.read(0, ({ floor, records }) => {
    if (records.length > 0 || floor > 0) empty = false;
  });
  return empty;
}

export class LogMove {
  readonly #from: PlacedLog;
  readonly #to: PlacedLog;
  readonly #options: LogMoveOptions;
  readonly #id = crypto.randomUUID();
  #generation = 0;
  /** Newest revision that the new log has. */
  #last: Revision = 0;
  #floor: Revision = 0;

  constructor(from: PlacedLog, to: PlacedLog, options: LogMoveOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
  }

  get id(): string {
    return this.#id;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Fills the new log with all that the old one has now. WorldError `Conflict`: it holds a store of its own. */
  async copy(): Promise<void> {
    const marking = markingOf(this.#to);
    const { log, place } = this.#to;
    const before = await markingOf(this.#from).read();
    this.#generation = (before?.generation ?? 1) + 1;
    await log.claim();
    const mark = await marking.read();
    if (mark?.kind === 'live' || (mark === undefined && !(await isEmpty(log))))
      throw new WorldError('Conflict', `${place} holds a store of its own`, {
        attempted: 'move the store',
        subject: place,
        cure: 'move it to a place that holds none, or one that the store has left',
      });
    await marking.write(this.#mark('filling'));
    await marking.clear();
    const records: LogRecord[] = [];
    await this.#from.log.read(0, (chunk) => {
      this.#floor = Math.max(this.#floor, chunk.floor);
      for (const record of chunk.records) records.push(record);
    });
    await this.add(records);
    await log.drop([], this.#floor);
  }

  /** Records that were written to the old log since. */
  async add(records: readonly LogRecord[]): Promise<void> {
    const missing = records.filter(({ revision }) => revision > this.#last);
    for (const batch of batches(missing)) await this.#to.log.append(batch);
    this.#last = missing.at(-1)?.revision ?? this.#last;
  }

  /** Decides: once it resolves the new log is the store. Throws when it is known that the old one still is. */
  async decide(): Promise<void> {
    const mark: LogMark = {
      ...this.#mark('filling'),
      kind: 'moved',
      generation: this.#generation - 1,
      to: this.#to.place,
    };
    try {
      await markingOf(this.#from).write(mark);
    } catch (error) {
      if (!(await this.#hasLeft())) throw error;
    }
  }

  /** Marks the new log as the store; where that cannot be, claiming it does it another time. */
  async enter(): Promise<void> {
    await this.#untilAnswered(() => markingOf(this.#to).write(this.#mark('live'))).catch(() => undefined);
  }

  #mark(kind: 'filling' | 'live'): LogMark & { readonly kind: 'filling' | 'live' } {
    return { kind, move: this.#id, generation: this.#generation };
  }

  /** After the old log did not answer. Claiming it makes sure that nothing sent before can still arrive. */
  async #hasLeft(): Promise<boolean> {
    const mark = await this.#untilAnswered(async () => {
      await this.#from.log.claim();
      return markingOf(this.#from).read();
    });
    return mark?.kind === 'moved' && mark.move === this.#id;
  }

  /** Tries until there is an answer, or another owns the log. */
  async #untilAnswered<T>(act: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++)
      try {
        return await act();
      } catch (error) {
        const attempted = error instanceof WorldError && error.code === 'Unavailable' && error.details.attempted;
        if (attempted === 'claim' || attempted === 'guard' || this.#options.isOver()) throw error;
        await this.#options.clock.sleep(backoffDelayMs(this.#options.backoff, attempt));
      }
  }
}
