// Group commit: writes that were decided wait here until the log has them. One batch is under way at a time; whatever is
// decided meanwhile makes the next one, so batches grow with the load and nothing ever waits for company.
// What waits is the store's *pending* state. When a batch fails, this is where it is taken back: a full disk costs the
// puts and whatever was built on them, a lost answer stops the queue until the engine has read the log again.
import { assert, WorldError } from '#base';
import type { Entry, StoreEvent, WriteOutcome } from '../contract.ts';
import { BATCH_BYTES_MAX, BATCH_OPS_MAX, PENDING_WRITES_MAX } from '../limits.ts';
import type { LogRecord, StoreLog } from './store-log.ts';

/** Somebody who waits for a write. */
export interface Waiter<I> {
  resolve(outcome: WriteOutcome<I>): void;
  reject(error: unknown): void;
}

export interface PendingWrite<I> {
  readonly record: LogRecord;
  readonly event: StoreEvent<I>;
  readonly waiter: Waiter<I>;
  /** Those who found nothing to change in what this write makes. */
  readonly keepers: Waiter<I>[];
}

export interface CommitQueueEvents<I> {
  /** These are durable, in order. */
  committed(writes: readonly PendingWrite<I>[]): void;
  /** The log has no room. */
  exhausted(): void;
  /** The log is somebody else's now; nothing of what was pending was written. */
  demoted(error: WorldError): void;
  /** The fate of the batch is unknown. The queue stands still until `settleUnknown`. */
  unknown(error: unknown): void;
}

/** What a write leaves behind; undefined after a deletion. */
function leftBy<I>(write: PendingWrite<I>): Entry<I> | undefined {
  return write.event.type === 'deleted' ? undefined : write.event.entry;
}

function isFreeing<I>({ record }: PendingWrite<I>): boolean {
  return record.kind === 'delete' || record.frees === true;
}

function reject<I>(write: PendingWrite<I>, error: unknown): void {
  write.waiter.reject(error);
  for (const keeper of write.keepers) keeper.reject(error);
}

export class CommitQueue<I> {
  readonly #latest = new Map<string, PendingWrite<I>>();
  #queue: PendingWrite<I>[] = [];
  #underWay: PendingWrite<I>[] | undefined;
  #idle: (() => void)[] = [];
  readonly #log: StoreLog;
  readonly #on: CommitQueueEvents<I>;

  constructor(log: StoreLog, on: CommitQueueEvents<I>) {
    this.#log = log;
    this.#on = on;
  }

  get full(): boolean {
    return this.#queue.length >= PENDING_WRITES_MAX;
  }

  /** The newest pending write of a key. */
  latest(key: string): PendingWrite<I> | undefined {
    return this.#latest.get(key);
  }

  add(write: PendingWrite<I>): void {
    this.#latest.set(write.record.key, write);
    this.#queue.push(write);
    if (this.#underWay === undefined && this.#queue.length === 1) queueMicrotask(() => this.#next());
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.#underWay === undefined && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** After a lost answer, once the log was read again: those whose fate was unknown get `error`. */
  settleUnknown(error: WorldError): void {
    const writes = this.#underWay ?? [];
    this.#underWay = undefined;
    this.#forget(writes);
    for (const write of writes) reject(write, error);
    this.#next();
  }

  #next(): void {
    if (this.#underWay !== undefined) return;
    const batch = this.#takeBatch();
    if (batch.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#underWay = batch;
    this.#log.append(batch.map((write) => write.record)).then(
      () => this.#committed(batch),
      (error: unknown) => this.#failed(batch, error),
    );
  }

  #takeBatch(): PendingWrite<I>[] {
    let ops = 0;
    let bytes = 0;
    for (const { record } of this.#queue) {
      bytes += record.bytes.length + record.key.length;
      if (ops === BATCH_OPS_MAX || (ops > 0 && bytes > BATCH_BYTES_MAX)) break;
      ops++;
    }
    return this.#queue.splice(0, ops);
  }

  #committed(batch: readonly PendingWrite<I>[]): void {
    this.#underWay = undefined;
    this.#forget(batch);
    // The next commit runs while readers and watchers learn of this one.
    this.#next();
    this.#on.committed(batch);
    for (const write of batch) {
      const { type, entry, previous } = write.event;
      if (type === 'deleted') {
        assert(previous !== undefined, 'a deletion has a state before');
        write.waiter.resolve({ kind: 'deleted', entry, previous });
      } else write.waiter.resolve({ kind: 'written', entry, previous });
      for (const keeper of write.keepers) keeper.resolve({ kind: 'kept', entry: leftBy(write) });
    }
  }

  #failed(batch: PendingWrite<I>[], error: unknown): void {
    const code = error instanceof WorldError ? error.code : undefined;
    if (code === 'Exhausted') {
      this.#underWay = undefined;
      this.#sift(batch, error);
      this.#on.exhausted();
      this.#next();
      return;
    }
    // Nothing of the queue was sent, so nothing of it was written.
    const queued = this.#queue;
    this.#queue = [];
    this.#forget(queued);
    const cause =
      error instanceof WorldError ? error : new WorldError('Unavailable', 'the store stopped', { cause: error });
    const unsent =
      code === 'Unavailable' ? cause : new WorldError('Unavailable', 'the store reloads', { cause: error });
    for (const write of queued) reject(write, unsent);
    if (code !== 'Unavailable') {
      this.#on.unknown(error);
      return;
    }
    this.#underWay = undefined;
    this.#forget(batch);
    for (const write of batch) reject(write, cause);
    this.#on.demoted(cause);
    this.#next();
  }

  /** No room: deletions of what is committed, and steps to them, are tried again, from the reserved room; everything else is refused. */
  #sift(batch: PendingWrite<I>[], error: unknown): void {
    const secondTry = batch.every(isFreeing);
    const all = [...batch, ...this.#queue];
    this.#forget(all);
    this.#queue = [];
    const refusedKeys = new Set<string>();
    for (const write of all) {
      const { key } = write.record;
      if (isFreeing(write) && !refusedKeys.has(key) && !(secondTry && batch.includes(write))) {
        this.#latest.set(key, write);
        this.#queue.push(write);
      } else {
        refusedKeys.add(key);
        reject(write, error);
      }
    }
  }

  #forget(writes: readonly PendingWrite<I>[]): void {
    for (const write of writes) {
      if (this.#latest.get(write.record.key) === write) this.#latest.delete(write.record.key);
    }
  }
}
