// Rows in one file that stands for itself: the same database as that of a log, closed. It is written aside and renamed,
// so it is whole or absent; it is read from a copy, so that reading changes nothing in it.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf, WorldError } from '#base';
import { syncFolder } from '#platform/disk';
import type { LogRow } from './row.ts';
import { SqliteLog } from './row-log.client.ts';

function logIn(folder: string, workerUrl: URL | undefined): SqliteLog {
  const deaf = { repaired: () => undefined, disk: () => undefined };
  return new SqliteLog({ folder, workerUrl, reservedBytes: 0, ...deaf });
}

async function inFolderBeside<T>(file: string, act: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(`${file}.`);
  try {
    return await act(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

export interface RowFile {
  readonly floor: number;
  /** In revision order. */
  readonly chunks: Iterable<readonly LogRow[]>;
}

/** Writes `rows` to `file`, replacing what was there. */
export async function writeRowFile(file: string, rows: RowFile, options: { workerUrl?: URL } = {}): Promise<void> {
  await inFolderBeside(file, async (folder) => {
    const log = logIn(folder, options.workerUrl);
    await log.claim();
    try {
      for (const chunk of rows.chunks) await log.append(chunk);
      await log.drop([], rows.floor);
    } finally {
      await log.close();
    }
    fs.renameSync(path.join(folder, 'store.db'), file);
    syncFolder(path.dirname(file));
  });
}

/** Reads a file that `writeRowFile` wrote. WorldError `NotFound`, `Corrupt`, `Unsupported` (a newer release wrote it). */
export async function readRowFile(
  file: string,
  visit: (chunk: { floor: number; records: LogRow[] }) => void,
  options: { workerUrl?: URL } = {},
): Promise<void> {
  await inFolderBeside(file, async (folder) => {
    try {
      fs.copyFileSync(file, path.join(folder, 'store.db'));
    } catch (cause) {
      if (systemCodeOf(cause) !== 'ENOENT') throw cause;
      throw new WorldError('NotFound', `there is no file ${file}`, {
        attempted: 'read a snapshot',
        subject: file,
        cause,
      });
    }
    const log = logIn(folder, options.workerUrl);
    try {
      await log.claim();
      await log.read(0, visit);
    } finally {
      await log.close();
    }
  });
}
