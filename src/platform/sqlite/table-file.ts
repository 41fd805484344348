// A database of tables as its own thread sees it: everything is synchronous and one at a time. Transactions that wait
// together are committed together: one sync for all of them, and each still happens whole or not at all.
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { diskFullError, WorldError } from '#base';
import { syncFolder } from '#platform/disk';
import { databaseError } from './database.ts';
import type { SqlValue, TableStatement } from './table-message.ts';

/** "HFTB": marks the file as tables of ours. Source: SQLite file format, section 1.3, offset 68. */
const APPLICATION_ID = 0x48465442;

export interface TableFileOptions {
  readonly file: string;
  /** Statements that lead from each version of the tables to the next; the first makes them. Only ever added to. */
  readonly migrations: readonly string[];
}

/** A WorldError for whatever was thrown. */
export function tableError(file: string, thrown: unknown): WorldError {
  const error = databaseError(file, thrown);
  if (error.code !== 'Corrupt' || thrown instanceof WorldError) return error;
  const cure = 'stop the program, restore the file from a backup, start again; to look at what is left, copy it first';
  return new WorldError('Corrupt', `the database ${file} is damaged: ${(thrown as Error).message}`, {
    attempted: 'use the database',
    subject: file,
    cure,
    cause: thrown,
  });
}

/** A database without tables, made aside, so that one which exists is whole. */
function makeFile(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.new`;
  fs.rmSync(aside, { force: true });
  const database = new DatabaseSync(aside);
  database.exec(`PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA application_id = ${APPLICATION_ID}`);
  database.close();
  fs.chmodSync(aside, 0o600);
  fs.renameSync(aside, file);
  syncFolder(path.dirname(file));
}

export class TableFile {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens the file, makes it when there is none, and brings its tables to the newest version. It is locked until `close`.
   * Errors: WorldError `Unavailable` (another process has it), `Corrupt`, `Unsupported` (a newer release wrote it). */
  constructor(options: TableFileOptions) {
    this.#file = options.file;
    if (!fs.existsSync(options.file)) makeFile(options.file);
    // SQLite would take an emptied file for a new database.
    if (fs.statSync(options.file).size === 0)
      throw tableError(options.file, Object.assign(new Error('it is empty'), { errcode: 11 }));
    const database = new DatabaseSync(options.file, { timeout: 0 });
    this.#database = database;
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      database.exec('PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF');
      this.#migrate(options.migrations);
    } catch (error) {
      database.close();
      throw tableError(this.#file, error);
    }
  }

  /** Each list of statements happens whole or not at all; what is answered as done is durable. */
  writeAll(transactions: readonly (readonly TableStatement[])[]): (WorldError | undefined)[] {
    const database = this.#database;
    try {
      database.exec('BEGIN IMMEDIATE');
      const answers = transactions.map((statements) => this.#write(statements));
      database.exec('COMMIT');
      return answers;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const failure = tableError(this.#file, error);
      return transactions.map(() => failure);
    }
  }

  read(sql: string, values: readonly SqlValue[]): Iterable<unknown> {
    return this.#prepared(sql).iterate(...values) as Iterable<unknown>;
  }

  error(thrown: unknown): WorldError {
    return tableError(this.#file, thrown);
  }

  close(): void {
    this.#database.close();
  }

  #write(statements: readonly TableStatement[]): WorldError | undefined {
    const database = this.#database;
    database.exec('SAVEPOINT one');
    try {
      for (const { sql, values = [], changes } of statements) {
        const done = Number(this.#prepared(sql).run(...values).changes);
        if (changes !== undefined && done !== changes)
          throw new WorldError('Conflict', `${done} rows were changed where ${changes} must be`, { attempted: sql });
      }
      database.exec('RELEASE one');
      return undefined;
    } catch (error) {
      // A full disk or an I/O error may have ended the whole transaction: then all of it failed.
      if (!database.isTransaction) throw error;
      database.exec('ROLLBACK TO one; RELEASE one');
      return this.#failureOf(error);
    }
  }

  #failureOf(error: unknown): WorldError {
    const number = (error as { errcode?: number }).errcode ?? 0;
    // SQLITE_CONSTRAINT: a key that is there already.
    if ((number & 0xff) === 19) return new WorldError('Conflict', (error as Error).message, { cause: error });
    const failure = tableError(this.#file, error);
    return failure.code === 'Exhausted' ? diskFullError(this.#file, error) : failure;
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #migrate(migrations: readonly string[]): void {
    const database = this.#database;
    const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
    const version = pragma('user_version');
    if (pragma('application_id') !== APPLICATION_ID)
      throw new WorldError('Corrupt', `${this.#file} is not a database of Holdfast`, { subject: this.#file });
    if (version > migrations.length)
      throw new WorldError(
        'Unsupported',
        `${this.#file} has format ${version}; this release reads up to ${migrations.length}`,
        {
          attempted: 'open the database',
          subject: this.#file,
          cure: 'run the release that wrote it, or a newer one',
        },
      );
    if (version === migrations.length) return;
    database.exec(
      `BEGIN IMMEDIATE; ${migrations.slice(version).join(';')};; PRAGMA user_version = ${migrations.length}; COMMIT`,
    );
  }
}
