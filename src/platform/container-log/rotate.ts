// Keeps logs bounded: the current file becomes "<file>.<time>", the oldest go. Writers are told to open the file again.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';

/** Rotated files of a log, oldest first. */
export function rotatedFiles(file: string): string[] {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.`;
  try {
    const names = fs
      .readdirSync(folder)
      .filter((name) => name.startsWith(prefix) && /^[0-9]{8}-[0-9]{9}$/.test(name.slice(prefix.length)));
    return names.sort().map((name) => path.join(folder, name));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Renames the file when it is larger than `bytesMax`, keeping `filesMax` files in all. True when it did; then the writer
 * must open the file again (it writes into the renamed one until it has). */
export function rotateLog(file: string, options: { bytesMax: number; filesMax: number; now: number }): boolean {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= options.bytesMax) return false;
  const stamp = new Date(options.now)
    .toISOString()
    .replace(/[-:.Z]/g, '')
    .replace('T', '-');
  fs.renameSync(file, `${file}.${stamp}`);
  const old = rotatedFiles(file);
  for (const gone of old.slice(0, Math.max(0, old.length - (options.filesMax - 1)))) fs.rmSync(gone, { force: true });
  return true;
}

/** The last `bytesMax` bytes of the text in a log, at most `lines` lines; for termination messages. */
export function lastLogText(text: string, options: { lines: number; bytesMax: number }): string {
  const lines = text.split('\n');
  const ended = lines.at(-1) === '';
  const kept = (ended ? lines.slice(0, -1) : lines).slice(-options.lines).join('\n') + (ended ? '\n' : '');
  const bytes = Buffer.from(kept);
  return bytes.subarray(Math.max(0, bytes.length - options.bytesMax)).toString();
}
