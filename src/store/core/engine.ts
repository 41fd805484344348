// The store that all drivers share. Memory answers every read; the log is only appended to, and read again when its
// answer was lost. Invariant: what readers, lists and watchers see is exactly the log up to `revision`.
//
//   opening -> open <-> reloading          open: claimed the log, takes writes
//      \-> read-only -> open (promote)     reloading: an answer was lost; claims and reads the log until that works
//   open -> read-only (somebody else       read-only: follows the log of whoever writes
//   claimed the log); any -> closed
import { assert, type Backoff, backoffDelayMs, messageOf, WorldError } from '#base';
import { type Clock, systemClock } from '#platform/clock';
import type {
  Decide,
  Entry,
  ListQuery,
  ListResult,
  LogPlace,
  Moved,
  Resealed,
  Revision,
  Store,
  StoreEvent,
  StoreOptions,
  StoreState,
  WatchQuery,
  WatchResult,
  WatchSink,
  WriteOutcome,
} from '../contract.ts';
import { HISTORY_BYTES, HISTORY_EVENTS, RECORD_BYTES_MAX, RELOAD_BACKOFF } from '../limits.ts';
import { CommitQueue, type PendingWrite, type Waiter } from './commit-queue.ts';
import { Compactor } from './compactor.ts';
import { History, type HistoryBounds } from './history.ts';
import { listEntries } from './listing.ts';
import { eventOf, REVISION_FIRST, replayLog } from './replay.ts';
import { SortedIndex } from './sorted-index.ts';
import type { LogChunk, StoreLog } from './store-log.ts';
import { Watchers } from './watchers.ts';

export interface EngineOptions<I> extends StoreOptions<I> {
  readonly clock?: Clock;
  readonly reloadBackoff?: Backoff;
  /** Moves the log to a place. */
  moveTo?(place: LogPlace): Promise<Moved>;
  /** Writes a file with the entries of one revision. */
  snapshot?(file: string, entries: readonly Entry<I>[], revision: Revision): Promise<void>;
}

export class StoreEngine<I> implements Store<I> {
  #state: StoreState = 'reloading';
  #revision: Revision = REVISION_FIRST;
  /** Newest revision given to a write, durable or not. */
  #decided: Revision = REVISION_FIRST;
  #entries = new SortedIndex<I>();
  #history: History<I>;
  #following: { stop(): void } | undefined;
  #catchingUp: Promise<void> | undefined;
  readonly #watchers = new Watchers<I>();
  readonly #queue: CommitQueue<I>;
  readonly #compactor: Compactor;
  readonly #log: StoreLog;
  readonly #options: EngineOptions<I>;
  readonly #bounds: HistoryBounds;
  readonly #clock: Clock;

  constructor(log: StoreLog, options: EngineOptions<I>) {
    this.#log = log;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#bounds = { events: options.historyEvents ?? HISTORY_EVENTS, bytes: options.historyBytes ?? HISTORY_BYTES };
    this.#compactor = new Compactor(log);
    this.#history = new History<I>(REVISION_FIRST, this.#bounds, (record) => this.#compactor.dead.add(record));
    this.#queue = new CommitQueue<I>(log, {
      committed: (writes) => this.#committed(writes),
      exhausted: () => this.#compactor.run(this.#history.floor),
      demoted: (error) => this.#demoted(error),
      unknown: (error) => void this.#reload(error),
    });
  }

  get revision(): Revision {
    return this.#revision;
  }

  get oldest(): Revision {
    return this.#history.floor;
  }

  get state(): StoreState {
    return this.#state;
  }

  /** For a log that is known to be empty and ours: open at once. */
  startEmpty(): void {
    this.#enter('open', 'started empty');
  }

  /** Claims the log, reads it, and takes writes. */
  async start(): Promise<void> {
    await this.#log.claim();
    await this.#readWhole();
    this.#enter('open', 'the log was read');
  }

  /** Reads the log of another writer and keeps following it, until `promote`. */
  async follow(): Promise<void> {
    await this.#readWhole();
    this.#enter('read-only', 'following the log');
    this.#keepFollowing();
  }

  /** Becomes the writer: claims the log and applies the rest of it. Watchers stay and miss nothing. */
  async promote(): Promise<void> {
    assert(this.#state === 'read-only', 'only a following store is promoted');
    // What it reads anew is older than what the claim will show.
    await this.#catchingUp;
    this.#stopFollowing();
    try {
      await this.#log.claim();
      await this.#readRest();
    } catch (error) {
      this.#keepFollowing();
      throw error;
    }
    this.#enter('open', 'promoted');
  }

  get(key: string): Entry<I> | undefined {
    return this.#entries.get(key);
  }

  list(query: ListQuery): ListResult<I> {
    return listEntries(query, this.#entries, this.#history, this.#revision);
  }

  count(prefix: string): number {
    return this.#entries.count(prefix);
  }

  watch(query: WatchQuery, sink: WatchSink<I>): WatchResult {
    if (query.after < this.#history.floor) return { kind: 'expired', oldest: this.#history.floor };
    const missed = query.after < this.#revision ? this.#history.after(query.after) : [];
    return { kind: 'watching', ...this.#watchers.add(query, sink, missed) };
  }

  write(key: string, decide: Decide<I>): Promise<WriteOutcome<I>> {
    return new Promise((resolve, reject) => this.#decide(key, decide, { resolve, reject }));
  }

  async compact(revision: Revision): Promise<void> {
    this.#history.trim(Math.min(revision, this.#revision));
    if (this.#state === 'open') await this.#compactor.run(this.#history.floor);
  }

  async reseal(most: number): Promise<Resealed | undefined> {
    if (this.#state !== 'open') throw new WorldError('Unavailable', `the store is ${this.#state}`);
    return this.#log.reseal?.(most);
  }

  async moveTo(place: LogPlace): Promise<Moved> {
    if (this.#state !== 'open') throw new WorldError('Unavailable', `the store is ${this.#state}`);
    const { moveTo } = this.#options;
    if (moveTo === undefined) throw new WorldError('Unsupported', `this store cannot move to ${place.name}`);
    return moveTo(place);
  }

  async snapshot(file: string): Promise<{ revision: Revision; entries: number }> {
    const write = this.#options.snapshot;
    if (write === undefined) throw new WorldError('Unsupported', 'this store has no way to write snapshots');
    const { entries } = this.#entries.list('');
    const revision = this.#revision;
    await write(file, entries, revision);
    return { revision, entries: entries.length };
  }

  usage(): { bytes: number; diskFull: boolean } {
    return { bytes: this.#log.bytes(), diskFull: this.#log.diskFull };
  }

  async ping(): Promise<void> {
    if (this.#state === 'open') await this.#log.ping?.();
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    const wasOpen = this.#state === 'open';
    this.#enter('closed', 'closed');
    this.#stopFollowing();
    if (wasOpen) await this.#queue.idle();
    else this.#queue.settleUnknown(new WorldError('Ambiguous', 'the store closed before the log was read again'));
    await this.#compactor.idle();
    this.#watchers.lose();
    await this.#log.close();
  }

  #decide(key: string, decide: Decide<I>, waiter: Waiter<I>): void {
    if (this.#state !== 'open') throw new WorldError('Unavailable', `the store is ${this.#state}`);
    if (this.#queue.full) throw new WorldError('Unavailable', 'too many writes wait for the log');
    const pending = this.#queue.latest(key);
    const current = pending
      ? pending.record.kind === 'put'
        ? pending.event.entry
        : undefined
      : this.#entries.get(key);
    const decision = decide(current, this.#decided);
    if (decision.kind === 'keep') {
      if (pending) pending.keepers.push(waiter);
      else waiter.resolve({ kind: 'kept', entry: current });
      return;
    }
    const frees = decision.kind === 'put' && decision.frees === true;
    if (decision.kind === 'put' && !frees && this.#log.diskFull) throw diskFull();
    assert(decision.kind === 'put' || current !== undefined, 'only what exists is deleted');
    const revision = this.#decided + 1;
    const bytes = decision.encode(revision);
    if (bytes.length > RECORD_BYTES_MAX)
      throw new WorldError('Invalid', `${key} has ${bytes.length} bytes; at most ${RECORD_BYTES_MAX} can be stored`);
    const record = { revision, kind: decision.kind, key, bytes, ...(frees ? { frees } : {}) } as const;
    const event = eventOf(record, current, this.#options.index);
    assert(event !== undefined, 'a write is a change');
    this.#decided = revision;
    this.#queue.add({ record, event, waiter, keepers: [] });
  }

  #committed(writes: readonly PendingWrite<I>[]): void {
    for (const { event } of writes) this.#show(event);
    this.#compactor.offer(this.#history.floor);
  }

  /** Makes one change visible: to readers first, then to watchers. */
  #show(event: StoreEvent<I>): void {
    const { entry, previous } = event;
    if (event.type === 'deleted') this.#entries.delete(entry.key);
    else this.#entries.set(entry);
    this.#compactor.liveBytes += (event.type === 'deleted' ? 0 : entry.bytes.length) - (previous?.bytes.length ?? 0);
    this.#revision = entry.revision;
    this.#history.push(event);
    this.#watchers.deliver(event);
  }

  #demoted(error: WorldError): void {
    if (this.#state === 'closed') return;
    this.#enter('read-only', messageOf(error));
    this.#keepFollowing();
  }

  /** An answer was lost: claim and read until that works, then answer those who wait. */
  async #reload(cause: unknown): Promise<void> {
    this.#enter('reloading', messageOf(cause));
    for (let attempt = 0; this.#state === 'reloading'; attempt++) {
      try {
        await this.#log.claim();
        await this.#readRest();
        break;
      } catch (error) {
        if (error instanceof WorldError && error.code === 'Unavailable' && error.details.attempted === 'claim') {
          this.#settleUnknown(cause);
          this.#demoted(error);
          return;
        }
        await this.#clock.sleep(backoffDelayMs(this.#options.reloadBackoff ?? RELOAD_BACKOFF, attempt));
      }
    }
    if (this.#state !== 'reloading') return;
    this.#enter('open', 'the log was read again');
    this.#settleUnknown(cause);
  }

  #settleUnknown(cause: unknown): void {
    const message = 'the log did not answer; whether this was written must be read';
    this.#queue.settleUnknown(new WorldError('Ambiguous', message, { cause }));
  }

  async #readWhole(): Promise<void> {
    this.#compactor.reset();
    const replayed = await replayLog(this.#log, this.#options.index, this.#bounds, this.#compactor.dead);
    this.#entries = replayed.entries;
    this.#history = replayed.history;
    this.#revision = replayed.revision;
    this.#decided = Math.max(this.#decided, replayed.revision);
    this.#compactor.liveBytes = replayed.entries.list('').entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Applies what the log has beyond what is shown. When that was partly dropped already, everything is read again. */
  async #readRest(): Promise<void> {
    const chunks: LogChunk[] = [];
    await this.#log.read(this.#revision, (chunk) => chunks.push(chunk));
    if (chunks.every((chunk) => this.#absorb(chunk))) return;
    await this.#readWhole();
    this.#watchers.lose();
  }

  /** Shows the records of a chunk that are new; false when records between were dropped. */
  #absorb(chunk: LogChunk): boolean {
    if (chunk.floor > this.#revision) return false;
    for (const record of chunk.records) {
      if (record.revision <= this.#revision) continue;
      const event = eventOf(record, this.#entries.get(record.key), this.#options.index);
      if (event) this.#show(event);
    }
    this.#decided = Math.max(this.#decided, this.#revision);
    return true;
  }

  #keepFollowing(attempt = 0): void {
    if (this.#state !== 'read-only' || this.#log.follow === undefined) return;
    let tries = attempt;
    const again = (): void => {
      const delay = backoffDelayMs(this.#options.reloadBackoff ?? RELOAD_BACKOFF, tries);
      const timer = this.#clock.after(delay, () => this.#keepFollowing(tries + 1), { background: true });
      this.#following = { stop: () => timer.cancel() };
    };
    this.#following = this.#log.follow(this.#revision, {
      chunk: (chunk) => {
        tries = 0;
        if (this.#absorb(chunk)) this.#compactor.dead.forget(chunk.dropped ?? []);
        else this.#catchingUp = this.#catchUp().then(again, again);
      },
      lost: again,
    });
  }

  /** The log dropped records that this follower had not seen yet. */
  async #catchUp(): Promise<void> {
    this.#stopFollowing();
    await this.#readWhole();
    this.#watchers.lose();
  }

  #stopFollowing(): void {
    this.#following?.stop();
    this.#following = undefined;
  }

  #enter(state: StoreState, reason: string): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.#options.notice?.({ kind: 'state', state, reason });
  }
}

function diskFull(): WorldError {
  return new WorldError('Exhausted', 'the disk is full', {
    attempted: 'write to the store',
    cure: 'delete objects or free room on the disk; deletes still work',
  });
}
