// The journal of one process: records are appended, written together, and put on the disk together; at once for those that
// somebody waits for, within a second for others. Nothing here throws or rejects, whatever the disk does: what it did not take
// is counted, and told by a record in its place as soon as it takes something again.
import { messageOf } from '#base';
import type { JournalKind } from '#model/link';
import { type Clock, rfc3339, type Timer } from '#platform/clock';
import { diskFreeBytes } from '#platform/disk';
import type { Log } from '#platform/log';
import { type Body, fitBody } from './fit-body.ts';
import { JOURNAL_BYTES_MAX, LOOK_EVERY_MS, SYNC_AFTER_MS, WAITING_RECORDS_MAX, WRITE_AFTER_MS } from './limits.ts';
import { LogWriter, type NewRecord } from './log-writer.ts';
import type { JournalNotice } from './notice.ts';

export interface JournalOptions {
  /** Of this process alone. */
  readonly folder: string;
  /** The first part of the stream's name. */
  readonly process: string;
  readonly positionsFile: string;
  readonly clock: Clock;
  readonly log: Log;
  told(notice: JournalNotice): void;
  /** Eight hexadecimal digits that tell one log from another. */
  random(): string;
  /** Asked whenever room could be due, since it may change. */
  bytesMax?(): number;
  /** What may still be written where the folder is. */
  freeBytes?(folder: string): number;
}

export interface Journal {
  /** Resolves when the record is on the disk, true, or is known not to be, false. `durable`: somebody waits for it. */
  append(kind: JournalKind, body: Body, options?: { durable?: boolean }): Promise<boolean>;
  /** Resolves when everything is on the disk that can be. */
  close(): Promise<void>;
}

interface Waiting extends NewRecord {
  done(kept: boolean): void;
}

export const openJournal = (options: JournalOptions): Journal => new BufferedJournal(options);

class BufferedJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #writer: LogWriter;
  #waiting: Waiting[] = [];
  #unsynced: Waiting[] = [];
  readonly #timers = new Map<'write' | 'sync' | 'look', Timer>();
  #turn: Promise<void> = Promise.resolve();
  #closed = false;
  #failing = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#writer = new LogWriter({ bytesMax: () => JOURNAL_BYTES_MAX, freeBytes: diskFreeBytes, ...options });
    void this.#inTurn(() => this.#look());
  }

  append(kind: JournalKind, body: Body, { durable = false } = {}): Promise<boolean> {
    return new Promise((done) => {
      if (this.#closed || this.#waiting.length >= WAITING_RECORDS_MAX) {
        this.#writer.lost(kind);
        done(false);
        return;
      }
      this.#waiting.push({ kind, at: rfc3339(this.#options.clock.now()), body: fitBody(body), done });
      if (durable) void this.#inTurn(() => this.#write().then(() => this.#sync()));
      else this.#after('write', WRITE_AFTER_MS, () => this.#write());
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    await this.#inTurn(async () => {
      await this.#write();
      await this.#sync();
      await this.#writer.close();
    });
  }

  /** One after the other, so that records stand in the order in which they came. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((error) => this.#options.log.error('the journal met a bug', { error }));
    return this.#turn;
  }

  #after(name: 'write' | 'sync' | 'look', ms: number, act: () => Promise<void>): void {
    if (this.#closed || this.#timers.has(name)) return;
    const due = (): void => {
      this.#timers.delete(name);
      void this.#inTurn(act);
    };
    this.#timers.set(name, this.#options.clock.after(ms, due, { background: true }));
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    await this.#writer.look();
    this.#after('look', LOOK_EVERY_MS, () => this.#look());
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const { taken, error } = await this.#writer.write(batch);
    this.#unsynced.push(...batch.slice(0, taken));
    if (taken > 0) this.#after('sync', SYNC_AFTER_MS, () => this.#sync());
    if (error !== undefined) this.#failed(batch.slice(taken), error);
    else if (this.#failing) {
      this.#failing = false;
      this.#options.told({ reason: 'JournalTaken', message: 'the journal can be written again' });
    }
  }

  async #sync(): Promise<void> {
    const batch = this.#unsynced;
    this.#unsynced = [];
    if (batch.length === 0) return;
    try {
      await this.#writer.sync();
      for (const { done } of batch) done(true);
    } catch (error) {
      this.#failed(batch, error);
    }
  }

  #failed(records: readonly Waiting[], error: unknown): void {
    for (const { kind, done } of records) {
      this.#writer.lost(kind);
      done(false);
    }
    if (this.#failing) return;
    this.#failing = true;
    this.#options.log.warn('records of the journal were not taken', { error });
    const message = `the journal cannot be written (${messageOf(error)}); what it does not take is counted`;
    this.#options.told({ reason: 'JournalNotTaken', message });
  }
}
