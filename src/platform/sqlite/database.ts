// Opens, makes and checks the database file of a log; translates SQLite's errors.
// A new database is made aside and renamed into place, so that one which exists is whole. One process owns it: the lock is
// exclusive, and taken before anything is looked at.
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { diskFullError, isDiskFull, WorldError, type WorldErrorCode } from '#base';
import { syncFolder } from '#platform/disk';

/** "HFST": marks the file as a store of ours. Source: SQLite file format, section 1.3, offset 68. */
const APPLICATION_ID = 0x48465354;
/** Of the tables below. A database with a mark (mark.ts) has the next one. */
const FORMAT_VERSION = 1;
/** What this release reads. Goes up with any change that an older release cannot read. */
export const FORMAT_VERSION_MAX = 2;

const TABLES = `
  CREATE TABLE log (
    revision INTEGER PRIMARY KEY, ordinal INTEGER NOT NULL, put INTEGER NOT NULL,
    key TEXT NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE state (id INTEGER PRIMARY KEY, floor INTEGER NOT NULL, ordinal INTEGER NOT NULL, dropped INTEGER NOT NULL) STRICT;
  INSERT INTO state VALUES (1, 0, 0, 0);`;

const RESTORE =
  'restore the last backup (holdfast cluster restore FILE); to look at what is left, copy the folder first';

export function corrupt(file: string, what: string, cause?: unknown): WorldError {
  return new WorldError('Corrupt', `the database ${file} is damaged: ${what}. Cure: ${RESTORE}`, {
    attempted: 'open the store',
    subject: file,
    cure: RESTORE,
    cause,
  });
}

/** Primary result codes that mean something to us. Source: SQLite result codes. */
const CODES: Readonly<Record<number, WorldErrorCode>> = {
  5: 'Unavailable', // BUSY
  8: 'Denied', // READONLY
  11: 'Corrupt', // CORRUPT
  13: 'Exhausted', // FULL
  14: 'Denied', // CANTOPEN
  26: 'Corrupt', // NOTADB
};

/** A WorldError for whatever SQLite or the file system threw. I/O errors are `Failed`: their effect is unknown. */
export function databaseError(file: string, thrown: unknown): WorldError {
  if (thrown instanceof WorldError) return thrown;
  const number = (thrown as { errcode?: unknown } | undefined)?.errcode;
  const code = typeof number === 'number' ? CODES[number & 0xff] : undefined;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (code === 'Corrupt') return corrupt(file, message, thrown);
  if (code === 'Unavailable')
    return new WorldError('Unavailable', `the database ${file} is in use by another process`, {
      attempted: 'claim',
      subject: file,
      cure: 'stop the other process that runs on this data folder',
      cause: thrown,
    });
  if (code === 'Exhausted' || isDiskFull(thrown)) return diskFullError(file, thrown);
  return new WorldError(code ?? 'Failed', `the database ${file}: ${message}`, { subject: file, cause: thrown });
}

export interface DatabaseOptions {
  /** `off` loses acknowledged writes at a power cut; for proving that the proof of the others works. */
  readonly sync: 'full' | 'off';
}

/** Opens the database of a folder, making it when the folder holds none. */
export function openDatabase(file: string, options: DatabaseOptions): DatabaseSync {
  if (!fs.existsSync(file)) createDatabase(file, options);
  checkHeader(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // First of all: the write-ahead log is then indexed in memory, and nobody else gets in.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = ${options.sync === 'full' ? 'FULL' : 'OFF'}`);
    database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY');
    // In this mode a read lock is exclusive too.
    database.prepare('SELECT floor FROM state').get();
    return database;
  } catch (error) {
    database.close();
    throw databaseError(file, error);
  }
}

function createDatabase(file: string, options: DatabaseOptions): void {
  const folder = path.dirname(file);
  const traces = [`${file}-wal`, path.join(folder, 'ballast')].filter((trace) => fs.existsSync(trace));
  if (traces.length > 0) throw corrupt(file, `it is missing, though ${traces.join(' and ')} exist`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const aside = `${file}.new`;
  fs.rmSync(aside, { force: true });
  const database = new DatabaseSync(aside);
  database.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = ${options.sync === 'full' ? 'FULL' : 'OFF'}`);
  database.exec('PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL');
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT_VERSION}`);
  database.exec(`BEGIN; ${TABLES} COMMIT`);
  database.close();
  fs.chmodSync(aside, 0o600);
  fs.renameSync(aside, file);
  if (options.sync === 'full') syncFolder(folder);
}

/** Reads the file's first bytes without SQLite, which takes an empty file for a new database and drops its log. */
function checkHeader(file: string): void {
  const header = Buffer.alloc(100);
  const fd = fs.openSync(file, 'r');
  try {
    if (fs.readSync(fd, header, 0, 100, 0) < 100) throw corrupt(file, 'it is cut short');
  } finally {
    fs.closeSync(fd);
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw corrupt(file, 'it is not an SQLite database');
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw corrupt(file, 'it is not a store of Holdfast');
  const version = header.readUInt32BE(60);
  if (version > FORMAT_VERSION_MAX)
    throw new WorldError(
      'Unsupported',
      `the store ${file} has format ${version}; this release reads up to ${FORMAT_VERSION_MAX}`,
      {
        attempted: 'open the store',
        subject: file,
        cure: 'run the release that wrote it, or a newer one',
      },
    );
}
