// Files that others append to: written at the end, read on from where one was, emptied in place when they are large.
import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull } from '#base';
import { fileBytes } from './file.ts';

/** Adds text to the end of a file (0600 when new). Not synced. */
export function appendText(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.appendFileSync(file, text, { mode: 0o600 });
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
