// Whole files, for rooms that do not touch Node.js themselves.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';

export function isPresent(file: string): boolean {
  return fs.existsSync(file);
}

/** A whole file. */
export function readBytes(file: string): Uint8Array {
  return fs.readFileSync(file);
}

/** Size in bytes, 0 when absent. */
export function fileBytes(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What tells a file from a copy of it: where it is on its file system, and since when. Undefined when absent. */
export function fileIdentity(file: string): string | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.ino}:${Math.floor(stat.birthtimeMs)}`;
}

/** Writes a file that must not exist yet; false when it does. */
export function writeIfAbsent(file: string, text: string): boolean {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    fs.writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Gives a file another name on the same file system. */
export function renameFile(from: string, to: string): void {
  fs.renameSync(from, to);
}
