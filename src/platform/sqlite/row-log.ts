// The log of a store in an SQLite database, as its own thread sees it: everything is synchronous and one at a time.
// Rows are only appended at the right edge of one table, so a commit writes one or two pages, and syncs once.
// Three checks find what SQLite does not: a checksum in every row; a count of all rows ever (a leaf page that vanished);
// and the look at the write-ahead log before it is used (wal.ts).
import fs from 'node:fs';
import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { WorldError } from '#base';
import { Ballast } from './ballast.ts';
import { corrupt, type DatabaseOptions, databaseError, openDatabase } from './database.ts';
import { CHECKPOINT_BYTES, READ_CHUNK_BYTES, RESERVED_BYTES, VACUUM_PAGES } from './limits.ts';
import { readMark, writeMark } from './mark.ts';
import type { LogRow } from './row.ts';
import { walInspectFile } from './wal.ts';

export interface RowLogOptions extends Partial<DatabaseOptions> {
  readonly folder: string;
  /** Room kept for deletes and compaction on a full disk. */
  readonly reservedBytes?: number;
  /** Appended bytes after which the write-ahead log is copied into the database. */
  readonly checkpointBytes?: number;
}

export interface RowLogEvents {
  repaired(message: string): void;
  disk(full: boolean): void;
}

interface Statements {
  readonly append: StatementSync;
  readonly drop: StatementSync;
  readonly dropped: StatementSync;
}

interface Row {
  readonly revision: number;
  readonly ordinal: number;
  readonly put: number;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly sum: number;
}

function sumOf(revision: number, kind: 'put' | 'delete', key: string, bytes: Uint8Array): number {
  return crc32(bytes, crc32(`${revision} ${kind} ${key}`));
}

export class RowLog {
  readonly #file: string;
  readonly #sync: DatabaseOptions['sync'];
  readonly #on: RowLogEvents;
  readonly #ballast: Ballast;
  readonly #checkpointBytes: number;
  #database: DatabaseSync | undefined;
  #statements: Statements | undefined;
  /** How many rows were ever appended. */
  #ordinal = 0;
  #walBytes = 0;
  #diskFull = false;
  #roomChanged = false;
  /** The rows are the past of a log that stands elsewhere now. */
  #isLeft = false;

  constructor(options: RowLogOptions, on: RowLogEvents) {
    this.#file = path.join(options.folder, 'store.db');
    this.#sync = options.sync ?? 'full';
    this.#on = on;
    this.#checkpointBytes = options.checkpointBytes ?? CHECKPOINT_BYTES;
    this.#ballast = new Ballast(path.join(options.folder, 'ballast'), options.reservedBytes ?? RESERVED_BYTES);
  }

  get diskFull(): boolean {
    return this.#diskFull;
  }

  /** Opens the database; a second time, closes it first, so that everything is read from the disk again. */
  open(): void {
    this.#closeDatabase();
    const database = openDatabase(this.#file, { sync: this.#sync });
    this.#database = database;
    try {
      const wal = walInspectFile(`${this.#file}-wal`);
      if (wal.kind === 'damaged')
        throw corrupt(`${this.#file}-wal`, `frame ${wal.frame} does not check, and commits follow it`);
      this.#statements = {
        append: database.prepare('INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)'),
        drop: database.prepare('DELETE FROM log WHERE revision = ?'),
        dropped: database.prepare('UPDATE state SET floor = max(floor, ?), ordinal = ?, dropped = dropped + ?'),
      };
      this.#isLeft = readMark(database)?.isLeft ?? false;
      this.#countRows(database);
      if (wal.kind !== 'empty') this.#checkpoint('TRUNCATE');
      if (wal.kind === 'torn')
        this.#on.repaired(
          `the last write to ${this.#file} was cut short and had not been acknowledged; it was dropped`,
        );
      this.#setDiskFull(!this.#ballast.take());
    } catch (error) {
      this.#closeDatabase();
      throw databaseError(this.#file, error);
    }
  }

  /** All rows, durable on return, or none. WorldError `Exhausted`: none; anything else: it is not known. */
  append(rows: readonly LogRow[]): void {
    if (this.#isLeft)
      throw new WorldError('Conflict', `the log ${this.#file} was left, and takes no write`, { subject: this.#file });
    const onlyFreeing = rows.every((row) => row.kind === 'delete' || row.frees);
    if (this.#diskFull && !onlyFreeing)
      throw new WorldError('Exhausted', `no room for ${this.#file}; what is reserved is for deletes`, {
        subject: this.#file,
      });
    try {
      this.#insert(rows);
    } catch (error) {
      const failure = databaseError(this.#file, error);
      if (failure.code !== 'Exhausted' || this.#diskFull) throw failure;
      this.#ballast.release();
      this.#setDiskFull(true);
      if (!onlyFreeing) throw failure;
      this.append(rows);
    }
  }

  /** The text that stands in the database about itself. */
  mark(): string | undefined {
    return readMark(this.#open())?.text;
  }

  /** Writes that text, durable on return. */
  setMark(text: string, { isLeft }: { isLeft: boolean }): void {
    const database = this.#open();
    this.#transact(() => writeMark(database, { text, isLeft }));
    this.#isLeft = isLeft;
    // So that the file's first bytes say it too, to a release that knows of no marks.
    this.#checkpoint('TRUNCATE');
  }

  /** Drops all rows, as if there had been none. */
  clear(): void {
    const database = this.#open();
    this.#transact(() => database.exec('DELETE FROM log; UPDATE state SET floor = 0, ordinal = 0, dropped = 0'));
    this.#ordinal = 0;
    this.#roomChanged = true;
    this.#vacuum(database, '');
    this.#checkpoint('TRUNCATE');
  }

  /** After a commit was answered: copies the write-ahead log into the database when it has grown. */
  tidy(): void {
    if (this.#walBytes >= this.#checkpointBytes) this.#checkpoint('PASSIVE');
  }

  read(after: number, visit: (floor: number, rows: LogRow[]) => void): void {
    const database = this.#open();
    const floor = this.#state(database).floor;
    const select = database.prepare('SELECT * FROM log WHERE revision > ? ORDER BY revision');
    let rows: LogRow[] = [];
    let bytes = 0;
    for (const row of select.iterate(after) as Iterable<unknown> as Iterable<Row>) {
      const kind = row.put === 1 ? 'put' : 'delete';
      if (sumOf(row.revision, kind, row.key, row.bytes) !== row.sum)
        throw corrupt(this.#file, `the row of revision ${row.revision} does not check`);
      rows.push({ revision: row.revision, kind, key: row.key, bytes: row.bytes });
      bytes += row.bytes.length + row.key.length;
      if (bytes < READ_CHUNK_BYTES) continue;
      visit(floor, rows);
      rows = [];
      bytes = 0;
    }
    visit(floor, rows);
  }

  drop(revisions: readonly number[], floor: number): void {
    const database = this.#open();
    const { drop, dropped } = this.#prepared();
    this.#transact(() => {
      let count = 0;
      for (const revision of revisions) count += Number(drop.run(revision).changes);
      dropped.run(floor, this.#ordinal, count);
    });
    this.#walBytes += revisions.length * 4096;
    this.#roomChanged = true;
    const free = this.#pragma(database, 'freelist_count');
    if (free > VACUUM_PAGES && free * 4 > this.#pragma(database, 'page_count'))
      this.#vacuum(database, `(${VACUUM_PAGES})`);
  }

  /** Gives free pages back. That needs room itself: where there is none at all, it is for another time. */
  #vacuum(database: DatabaseSync, pages: string): void {
    try {
      database.exec(`PRAGMA incremental_vacuum${pages}`);
    } catch (error) {
      if (databaseError(this.#file, error).code !== 'Exhausted') throw error;
    }
  }

  /** On a full disk: gives back what was freed, and takes the ballast again when there is room for it. */
  probeRoom(): void {
    const database = this.#database;
    if (!this.#diskFull || database === undefined) return;
    if (this.#roomChanged) {
      this.#vacuum(database, '');
      this.#checkpoint('TRUNCATE');
      this.#roomChanged = false;
    }
    if (this.#ballast.take()) this.#setDiskFull(false);
  }

  close(): void {
    this.#closeDatabase();
  }

  #insert(rows: readonly LogRow[]): void {
    const { append } = this.#prepared();
    let bytes = 0;
    this.#transact(() => {
      let ordinal = this.#ordinal;
      for (const { revision, kind, key, bytes: data } of rows) {
        append.run(revision, ++ordinal, kind === 'put' ? 1 : 0, key, data, sumOf(revision, kind, key, data));
        bytes += data.length + 4096;
      }
    });
    this.#ordinal += rows.length;
    this.#walBytes += bytes;
  }

  #transact(act: () => void): void {
    const database = this.#open();
    database.exec('BEGIN IMMEDIATE');
    try {
      act();
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Copies the write-ahead log into the database. On a full disk it stays, which loses nothing. */
  #checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      this.#open().prepare(`PRAGMA wal_checkpoint(${mode})`).get();
      this.#walBytes = 0;
    } catch (error) {
      if (databaseError(this.#file, error).code !== 'Exhausted') throw error;
      this.#ballast.release();
      this.#setDiskFull(true);
    }
  }

  #countRows(database: DatabaseSync): void {
    const { ordinal, dropped } = this.#state(database);
    const { rows } = database.prepare('SELECT count(*) AS rows FROM log').get() as { rows: number };
    const last = database.prepare('SELECT ordinal FROM log ORDER BY revision DESC LIMIT 1').get();
    const appended = Math.max(ordinal, Number(last?.ordinal ?? 0));
    if (rows !== appended - dropped)
      throw corrupt(this.#file, `it has ${rows} rows where ${appended - dropped} must be`);
    this.#ordinal = appended;
  }

  #state(database: DatabaseSync): { floor: number; ordinal: number; dropped: number } {
    const state = database.prepare('SELECT floor, ordinal, dropped FROM state').get();
    if (state === undefined) throw corrupt(this.#file, 'its state row is missing');
    return { floor: Number(state.floor), ordinal: Number(state.ordinal), dropped: Number(state.dropped) };
  }

  #pragma(database: DatabaseSync, name: 'freelist_count' | 'page_count'): number {
    return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  }

  #setDiskFull(full: boolean): void {
    if (this.#diskFull === full) return;
    this.#diskFull = full;
    this.#roomChanged = full;
    this.#on.disk(full);
  }

  #open(): DatabaseSync {
    if (this.#database === undefined) throw new WorldError('Unavailable', `the database ${this.#file} is not open`);
    return this.#database;
  }

  #prepared(): Statements {
    if (this.#statements === undefined) throw new WorldError('Unavailable', `the database ${this.#file} is not open`);
    return this.#statements;
  }

  #closeDatabase(): void {
    const database = this.#database;
    this.#database = undefined;
    this.#statements = undefined;
    if (database === undefined) return;
    database.close();
    // Closing checkpoints, and then removes the write-ahead log; a file of it that is left is looked at on opening.
    this.#walBytes = fs.existsSync(`${this.#file}-wal`) ? this.#checkpointBytes : 0;
  }
}
