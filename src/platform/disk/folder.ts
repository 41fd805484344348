// Folders and plain files, for rooms that do not touch Node.js themselves. Absence is an answer, never an error.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';
import { isDiskFull } from './disk.ts';

/** Makes a folder and its parents; only for the owner (0700) unless said otherwise. */
export function makeFolder(folder: string, mode = 0o700): void {
  fs.mkdirSync(folder, { recursive: true, mode });
}

/** Names in a folder; empty when there is none. */
export function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

export function isPresent(file: string): boolean {
  return fs.existsSync(file);
}

/** Removes a file, or a folder with everything in it. Never crosses into what is mounted: unmount first. */
export function removeTree(target: string): void {
  fs.rmSync(target, { recursive: true, force: true, maxRetries: 3 });
}

/** Gives a file another name on the same file system. */
export function renameFile(from: string, to: string): void {
  fs.renameSync(from, to);
}

/** Removes a folder that holds nothing; anything else stays. */
export function removeFolderIfEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(systemCodeOf(error) ?? '')) throw error;
  }
}

/** A whole file. */
export function readBytes(file: string): Uint8Array {
  return fs.readFileSync(file);
}

/** Size in bytes, 0 when absent. */
export function fileBytes(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Adds text to the end of a file (0600 when new). Not synced. */
export function appendText(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.appendFileSync(file, text, { mode: 0o600 });
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

/** Keeps the current file as `<file>.1` and empties it in place, so that whoever appends to it goes on without noticing.
 * On a full disk nothing is kept: the room is worth more. */
export function rotateInPlace(file: string): void {
  try {
    fs.copyFileSync(file, `${file}.1`);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    fs.rmSync(`${file}.1`, { force: true });
  }
  fs.truncateSync(file, 0);
}

/** A part of a file's text from byte `from`, at most `bytesMax`, and where it ended. A file that shrank is read from 0. */
export function readFrom(file: string, from: number, bytesMax: number): { text: string; next: number } {
  const size = fileBytes(file);
  const start = from > size ? 0 : from;
  if (start === size) return { text: '', next: size };
  const fd = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(size - start, bytesMax));
    const read = fs.readSync(fd, buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8', 0, read), next: start + read };
  } finally {
    fs.closeSync(fd);
  }
}

/** Calls `act` when something in a folder changes; may call it too often, and never when the system cannot watch. */
export function watchFolder(folder: string, act: () => void): { close(): void } {
  try {
    const watcher = fs.watch(folder, { persistent: false }, act);
    watcher.on('error', () => watcher.close());
    return { close: () => watcher.close() };
  } catch {
    return { close: () => undefined };
  }
}

/** Size of the file system that a folder is on. */
export function diskBytes(folder: string): number {
  const { blocks, bsize } = fs.statfsSync(folder);
  return blocks * bsize;
}

/** What an owner may still write on the file system that a folder is on. */
export function diskFreeBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}
