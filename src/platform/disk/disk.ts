// Files that are whole or absent: written aside, synced, then renamed into place.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf, WorldError } from '#base';

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

/** Whether a file system said that it, or a quota on it, has no room. */
export function isDiskFull(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || (error instanceof WorldError && error.code === 'Exhausted');
}

/** A full disk as everybody is told of it. */
export function diskFullError(file: string, cause: unknown): WorldError {
  return new WorldError('Exhausted', `the disk is full: cannot write ${file}`, {
    attempted: 'write',
    subject: file,
    cure: 'make room on the disk; nothing that was there is lost',
    cause,
  });
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
