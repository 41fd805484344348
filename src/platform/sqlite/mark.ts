// A text that a database holds about itself, beside its rows. A database that has one is of a format that releases before it refuse.
import type { DatabaseSync } from 'node:sqlite';

export interface Mark {
  readonly text: string;
  /** No row may be appended. */
  readonly isLeft: boolean;
}

/** The format of a database with a mark. */
const MARKED_FORMAT = 2;

export function readMark(database: DatabaseSync): Mark | undefined {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'mark'").get();
  if (table === undefined) return undefined;
  const mark = database.prepare('SELECT text, is_left FROM mark').get();
  return mark && { text: String(mark.text), isLeft: mark.is_left === 1 };
}

/** Within a transaction of the caller's. */
export function writeMark(database: DatabaseSync, { text, isLeft }: Mark): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS mark (id INTEGER PRIMARY KEY, text TEXT NOT NULL, is_left INTEGER NOT NULL) STRICT',
  );
  database.prepare('INSERT OR REPLACE INTO mark VALUES (1, ?, ?)').run(text, isLeft ? 1 : 0);
  database.exec(`PRAGMA user_version = ${MARKED_FORMAT}`);
}
