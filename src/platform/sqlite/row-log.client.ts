// The log of a store in an SQLite database, as the rest of the process sees it: calls to the thread that owns it.
// A thread that dies fails the calls under way, and the next `claim` starts another.
import fs from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { WorldError } from '#base';
import { type LogReply, type LogRequest, type LogRow, packRows, unpackRows } from './row.ts';
import type { RowLogEvents, RowLogOptions } from './row-log.ts';

export interface SqliteLogOptions extends RowLogOptions, RowLogEvents {
  /** The worker's file, when it stands elsewhere than the build puts it. */
  readonly workerUrl?: URL;
}

interface Call {
  resolve(): void;
  reject(error: unknown): void;
  rows?(floor: number, rows: LogRow[]): void;
  mark?(text: string | undefined): void;
}

type Unnumbered<R> = R extends unknown ? Omit<R, 'id'> : never;

export class SqliteLog {
  readonly #options: SqliteLogOptions;
  readonly #calls = new Map<number, Call>();
  #worker: Worker | undefined;
  #serial = 0;
  #diskFull = false;

  constructor(options: SqliteLogOptions) {
    this.#options = options;
  }

  get diskFull(): boolean {
    return this.#diskFull;
  }

  /** Opens the database, made when there is none, and locks everybody else out; again, reads it anew from the disk. */
  claim(): Promise<void> {
    this.#worker ??= this.#start();
    return this.#call({ do: 'open' });
  }

  append(rows: readonly LogRow[]): Promise<void> {
    const packed = packRows(rows);
    return this.#call({ do: 'append', rows: packed }, [packed.data.buffer]);
  }

  read(after: number, visit: (chunk: { floor: number; records: LogRow[] }) => void): Promise<void> {
    return this.#call({ do: 'read', after }, [], {
      rows: (floor, records) => visit({ floor, records }),
    });
  }

  drop(revisions: readonly number[], floor: number): Promise<void> {
    return this.#call({ do: 'drop', revisions, floor });
  }

  /** What {@link SqliteLog.setMark} wrote last. */
  async mark(): Promise<string | undefined> {
    let found: string | undefined;
    await this.#call({ do: 'mark' }, [], {
      mark: (text) => {
        found = text;
      },
    });
    return found;
  }

  /** Writes a text about the log itself, durable on return; with `isLeft` no row is ever appended again until it is cleared. */
  setMark(text: string, { isLeft }: { isLeft: boolean }): Promise<void> {
    return this.#call({ do: 'setMark', text, isLeft });
  }

  /** Drops all rows as if there had been none. */
  clear(): Promise<void> {
    return this.#call({ do: 'clear' });
  }

  /** Resolves when the thread has dealt with everything before. */
  ping(): Promise<void> {
    return this.#call({ do: 'ping' });
  }

  /** Bytes of the database and its write-ahead log. */
  bytes(): number {
    const size = (name: string): number =>
      fs.statSync(path.join(this.#options.folder, name), { throwIfNoEntry: false })?.size ?? 0;
    return size('store.db') + size('store.db-wal');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
    await this.#call({ do: 'close' });
    await ended;
  }

  #start(): Worker {
    const { folder, sync, reservedBytes, checkpointBytes } = this.#options;
    const url = this.#options.workerUrl ?? new URL('./row-log.worker.ts', import.meta.url);
    const worker = new Worker(url, {
      name: 'store',
      workerData: { folder, sync, reservedBytes, checkpointBytes } satisfies RowLogOptions,
    });
    let cause: unknown;
    worker.on('message', (reply: LogReply) => this.#take(reply));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      const calls = [...this.#calls.values()];
      this.#calls.clear();
      for (const call of calls) call.reject(new WorldError('Failed', 'the thread of the store ended', { cause }));
    });
    return worker;
  }

  #take(reply: LogReply): void {
    if (reply.kind === 'repaired') this.#options.repaired(reply.message);
    else if (reply.kind === 'disk') {
      this.#diskFull = reply.full;
      this.#options.disk(reply.full);
    } else if (reply.kind === 'mark') this.#calls.get(reply.id)?.mark?.(reply.text);
    else if (reply.kind === 'rows') {
      this.#calls.get(reply.id)?.rows?.(reply.floor, unpackRows(reply.rows, { copy: true }));
    } else {
      const call = this.#calls.get(reply.id);
      this.#calls.delete(reply.id);
      if (reply.kind === 'done') call?.resolve();
      else {
        const { code, message, cure, attempted } = reply.failure;
        call?.reject(new WorldError(code, message, { subject: this.#options.folder, cure, attempted }));
      }
    }
  }

  #call(
    request: Unnumbered<LogRequest>,
    transfer: ArrayBuffer[] = [],
    take: Pick<Call, 'rows' | 'mark'> = {},
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker;
      if (worker === undefined) {
        reject(new WorldError('Failed', 'the thread of the store is not running'));
        return;
      }
      const id = ++this.#serial;
      this.#calls.set(id, { resolve, reject, ...take });
      worker.postMessage({ ...request, id }, transfer);
    });
  }
}
