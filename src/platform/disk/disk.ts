// Files that are whole or absent: written aside, synced, then renamed into place.
import fs from 'node:fs';
import path from 'node:path';
import { diskFullError, isDiskFull, systemCodeOf, WorldError } from '#base';

/** Writes `data` so that a crash or a full disk leaves either the old file or the new one. Folders are made (0700).
 * Errors: WorldError `Exhausted` on a full disk. */
export function writeFileAtomic(file: string, data: string | Uint8Array, options: { mode?: number } = {}): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.${process.pid}.tmp`;
  try {
    writeSynced(aside, data, options.mode ?? 0o600);
    fs.renameSync(aside, file);
  } catch (error) {
    fs.rmSync(aside, { force: true });
    throw isDiskFull(error) ? diskFullError(file, error) : error;
  }
  syncFolder(path.dirname(file));
}

function writeSynced(file: string, data: string | Uint8Array, mode: number): void {
  const fd = fs.openSync(file, 'w', mode);
  try {
    fs.writeFileSync(fd, data);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Makes renames and creations in `folder` durable. */
export function syncFolder(folder: string): void {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The text of a file, or undefined when there is none. */
export function readTextIfPresent(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The parsed JSON of a file, or undefined when there is none. Damaged JSON is WorldError `Corrupt`. */
export function readJsonIfPresent<T>(file: string): T | undefined {
  const text = readTextIfPresent(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new WorldError('Corrupt', `${file} is not valid JSON`, { attempted: 'read', subject: file, cause });
  }
}
