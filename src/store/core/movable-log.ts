// A log that can be exchanged for another under a store that goes on. While it moves (log-move.ts), everything is copied and what is written
// meanwhile follows; then writes wait for a moment, the rest is copied, the old log is marked as left, and the new one takes over.
// Until that mark is durable the old log is the store, from then on the new one: whoever opens them after an end at any step knows which.
//
//   still --moveTo--> copying --caught up--> cutting over (writes wait) --the old log is marked--> still, on the new log
//                     copying, cutting over --anything fails before the mark--> still, on the old log
import { type Backoff, WorldError } from '#base';
import { type Clock, systemClock } from '#platform/clock';
import type { Moved, Resealed, Revision } from '../contract.ts';
import { CUT_OVER_RECORDS, FOLLOW_ROUNDS_MAX, RELOAD_BACKOFF } from '../limits.ts';
import { notTheStore } from './log-mark.ts';
import { LogMove, type PlacedLog } from './log-move.ts';
import type { LogChunk, LogRecord, StoreLog } from './store-log.ts';

export interface MovableLogOptions {
  /** A move into this log that is known to be decided: it is finished when the log is claimed. */
  readonly finishes?: string;
  readonly clock?: Clock;
  readonly backoff?: Backoff;
}

interface Moving {
  /** Written since the copy began, and not copied yet. */
  tail: LogRecord[];
  /** Why what was copied may not be what the log holds. */
  broken?: string;
}

const attempted = 'move the store';

export class MovableLog implements StoreLog {
  #at: PlacedLog;
  #finishes: string | undefined;
  #moving: Moving | undefined;
  /** Resolves when writes may go on. */
  #gate: Promise<void> | undefined;
  #appending: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #options: MovableLogOptions;

  constructor(at: PlacedLog, options: MovableLogOptions = {}) {
    this.#at = at;
    this.#finishes = options.finishes;
    this.#options = options;
  }

  get diskFull(): boolean {
    return this.#at.log.diskFull;
  }

  get follow(): StoreLog['follow'] {
    const { log } = this.#at;
    return log.follow?.bind(log);
  }

  bytes(): number {
    return this.#at.log.bytes();
  }

  async claim(): Promise<void> {
    this.#break('the log was claimed anew');
    const { log, place } = this.#at;
    await log.claim();
    const mark = await log.marking?.read();
    if (mark === undefined || mark.kind === 'live') return;
    if (mark.kind === 'moved' || mark.move !== this.#finishes) throw notTheStore(mark, place);
    await log.marking?.write({ ...mark, kind: 'live' });
  }

  read(after: Revision, visit: (chunk: LogChunk) => void): Promise<void> {
    return this.#at.log.read(after, visit);
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return this.#gate ? this.#gate.then(() => this.#append(records)) : this.#append(records);
  }

  #append(records: readonly LogRecord[]): Promise<void> {
    const appended = this.#at.log.append(records).then(() => void this.#moving?.tail.push(...records));
    this.#appending = appended.catch(() => this.#break('a write failed'));
    return appended;
  }

  async drop(revisions: readonly Revision[], floor: Revision): Promise<void> {
    // The new log has them too; they stay dead, and are dropped from it another time.
    if (this.#moving) throw new WorldError('Unavailable', 'the store is moving', { attempted: 'drop records' });
    await this.#at.log.drop(revisions, floor);
  }

  async ping(): Promise<void> {
    await this.#at.log.ping?.();
  }

  async reseal(most: number): Promise<Resealed | undefined> {
    return this.#at.log.reseal?.(most);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#break('the store was closed');
    await this.#at.log.close();
  }

  /** Moves everything into `to`; closes `to` when that fails, and the old log when it is done. Errors: as {@link Store.moveTo}. */
  async moveTo(to: PlacedLog): Promise<Moved> {
    try {
      if (this.#moving) throw new WorldError('Conflict', 'the store is moving already', { attempted });
      return await this.#move(to);
    } catch (error) {
      if (this.#at !== to) await to.log.close().catch(() => undefined);
      throw error;
    }
  }

  async #move(to: PlacedLog): Promise<Moved> {
    const from = this.#at;
    const moving: Moving = { tail: [] };
    this.#moving = moving;
    const { clock = systemClock, backoff = RELOAD_BACKOFF } = this.#options;
    const move = new LogMove(from, to, { clock, backoff, isOver: () => this.#closed });
    try {
      await move.copy();
      for (let round = 0; moving.tail.length > CUT_OVER_RECORDS && round < FOLLOW_ROUNDS_MAX; round++)
        await addRest(move, moving);
      await this.#whileWritesWait(async () => {
        await this.#appending;
        await addRest(move, moving);
        await move.decide();
        this.#at = to;
        this.#finishes = move.id;
        await move.enter();
      });
    } finally {
      this.#moving = undefined;
    }
    // Nothing needs it any more; a failure to close it loses nothing.
    await from.log.close().catch(() => undefined);
    return { from: from.place, to: to.place, generation: move.generation };
  }

  async #whileWritesWait(act: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    try {
      await act();
    } finally {
      this.#gate = undefined;
      resolve();
    }
  }

  #break(why: string): void {
    if (this.#moving) this.#moving.broken ??= why;
  }
}

/** WorldError `Unavailable`: what was copied may not be what the log holds. */
async function addRest(move: LogMove, moving: Moving): Promise<void> {
  const { tail } = moving;
  moving.tail = [];
  await move.add(tail);
  if (moving.broken)
    throw new WorldError('Unavailable', `the store did not move: ${moving.broken}`, {
      attempted,
      cure: 'move it again',
    });
}
