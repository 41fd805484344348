// Reads the log of a container from its file, tail first when asked, across rotation, and goes on while it grows.
// A rotated file keeps its inode, so a follower finishes the old file before it opens the new one at the same path.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';
import type { Clock } from '#platform/clock';
import { type EntryChoice, entryPrinter, parseEntry } from './entries.ts';
import { FOLLOW_POLL_MS, LINE_BYTES_MAX, READ_BYTES } from './limits.ts';
import { rotatedFiles } from './rotate.ts';

export interface ReadLogOptions extends EntryChoice {
  readonly follow?: boolean;
  /** Lines from the end; undefined is all. */
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Following ends when this says that nothing more will be written and the end is reached. */
  isOver?(): boolean;
  readonly signal?: AbortSignal;
  readonly clock: Clock;
}

/** Calls `write` with pieces of text in order; a promise it returns is waited for. A missing file is an empty log. */
export async function readLog(
  file: string,
  options: ReadLogOptions,
  write: (piece: Buffer) => void | Promise<void>,
): Promise<void> {
  const print = entryPrinter(options);
  let leftBytes = options.limitBytes ?? Number.POSITIVE_INFINITY;
  const emit = async (line: Buffer): Promise<void> => {
    const entry = parseEntry(line);
    const text = entry && print(entry);
    if (!text) return;
    const piece = text.subarray(0, Math.min(text.length, leftBytes));
    leftBytes -= piece.length;
    await write(piece);
  };
  const sink: Sink = { emit, done: () => leftBytes <= 0 || options.signal?.aborted === true };
  const sources = [...rotatedFiles(file), file];
  const start = options.tailLines === undefined ? { index: 0, offset: 0 } : tailStart(sources, options.tailLines);
  for (let index = start.index; index < sources.length && !sink.done(); index++) {
    const reader = openReader(sources[index] ?? file, index === start.index ? start.offset : 0);
    if (!reader) continue;
    try {
      await drain(reader, sink);
      if (index === sources.length - 1 && options.follow && !sink.done()) await follow(file, reader, sink, options);
    } finally {
      reader.close();
    }
  }
}

/** Where lines go, until it wants no more. */
interface Sink {
  emit(line: Buffer): Promise<void>;
  done(): boolean;
}

interface Reader {
  readonly inode: number;
  /** The next lines; empty when the end is reached for now. */
  next(): Buffer[];
  close(): void;
}

function openReader(file: string, offset: number): Reader | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  let position = offset;
  let rest = Buffer.alloc(0);
  const chunk = Buffer.alloc(READ_BYTES);
  return {
    inode: fs.fstatSync(fd).ino,
    next: () => {
      const read = fs.readSync(fd, chunk, 0, chunk.length, position);
      if (read === 0) return [];
      position += read;
      const data = Buffer.concat([rest, chunk.subarray(0, read)]);
      const lines: Buffer[] = [];
      let from = 0;
      for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
        lines.push(data.subarray(from, end));
        from = end + 1;
      }
      rest = data.length - from > LINE_BYTES_MAX ? Buffer.alloc(0) : Buffer.from(data.subarray(from));
      return lines.length > 0 ? lines : [Buffer.alloc(0)];
    },
    close: () => fs.closeSync(fd),
  };
}

async function drain(reader: Reader, sink: Sink): Promise<void> {
  for (let lines = reader.next(); lines.length > 0 && !sink.done(); lines = reader.next())
    for (const line of lines) {
      if (sink.done()) return;
      await sink.emit(line);
    }
}

/** A reader of the file that stands at the path now, when that is another than `reader` reads. */
function successorOf(file: string, reader: Reader): Reader | undefined {
  const present = fs.statSync(file, { throwIfNoEntry: false });
  return present && present.ino !== reader.inode ? openReader(file, 0) : undefined;
}

async function follow(file: string, first: Reader, sink: Sink, options: ReadLogOptions): Promise<void> {
  let newer: Reader | undefined;
  const changes = watchChanges(path.dirname(file), options);
  try {
    while (!sink.done()) {
      const over = options.isOver?.() ?? false;
      await drain(newer ?? first, sink);
      const successor = successorOf(file, newer ?? first);
      if (successor) {
        newer?.close();
        newer = successor;
        continue;
      }
      if (over || sink.done()) return;
      await changes.wait();
    }
  } finally {
    changes.close();
    newer?.close();
  }
}

/** Waits for a change in a folder, for the poll interval, or for the reader to leave, whichever is first. */
function watchChanges(folder: string, options: ReadLogOptions): { wait(): Promise<void>; close(): void } {
  let wake: () => void = () => undefined;
  let changed = false;
  const notice = (): void => {
    changed = true;
    wake();
  };
  let watcher: fs.FSWatcher | undefined;
  try {
    watcher = fs.watch(folder, { persistent: false }, notice);
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = undefined;
  }
  options.signal?.addEventListener('abort', notice);
  return {
    wait: () =>
      new Promise((resolve) => {
        if (changed || options.signal?.aborted) {
          changed = false;
          return resolve();
        }
        const timer = options.clock.after(FOLLOW_POLL_MS, () => wake(), { background: true });
        wake = (): void => {
          timer.cancel();
          changed = false;
          wake = () => undefined;
          resolve();
        };
      }),
    close: () => {
      watcher?.close();
      options.signal?.removeEventListener('abort', notice);
    },
  };
}

/** Where the last `lines` lines begin, over files from oldest to newest. */
function tailStart(files: readonly string[], lines: number): { index: number; offset: number } {
  let wanted = lines;
  for (let index = files.length - 1; index >= 0; index--) {
    const found = tailOffset(files[index] ?? '', wanted);
    if (found.lines >= wanted || index === 0) return { index, offset: found.offset };
    wanted -= found.lines;
  }
  return { index: 0, offset: 0 };
}

/** Reads backwards; an entry that goes on (tag P) counts with the line it belongs to. */
function tailOffset(file: string, wanted: number): { offset: number; lines: number } {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (wanted === 0 || size === 0) return { offset: size, lines: 0 };
  const fd = fs.openSync(file, 'r');
  try {
    let data: Buffer = Buffer.alloc(0);
    for (let from = size; from > 0; ) {
      const length = Math.min(READ_BYTES, from);
      from -= length;
      const chunk = Buffer.alloc(length);
      fs.readSync(fd, chunk, 0, length, from);
      data = Buffer.concat([chunk, data]);
      const found = lastLines(data, wanted, from === 0);
      if (found.lines >= wanted || from === 0) return { offset: from + found.offset, lines: found.lines };
    }
    return { offset: 0, lines: 0 };
  } finally {
    fs.closeSync(fd);
  }
}

function lastLines(data: Buffer, wanted: number, whole: boolean): { offset: number; lines: number } {
  const starts: number[] = whole ? [0] : [];
  for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, end + 1))
    if (end + 1 < data.length) starts.push(end + 1);
  let lines = 0;
  let offset = data.length;
  for (let i = starts.length - 1; i >= 0; i--) {
    const start = starts[i] ?? 0;
    const end = data.indexOf(10, start);
    const entry = parseEntry(data.subarray(start, end < 0 ? data.length : end));
    if (!entry?.partial || offset === data.length) {
      if (lines === wanted) return { offset, lines };
      lines++;
    }
    offset = start;
  }
  return { offset: starts[0] ?? data.length, lines };
}
