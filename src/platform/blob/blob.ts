// The door to large files: streamed in and out, durable when told so.
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import path from 'node:path';
import { diskFullError, isDiskFull, WorldError } from '#base';

const CHUNK_BYTES = 256 * 1024;

/** A disk that is full is told as such, whoever meets it. */
export function diskError(error: unknown, file: string): unknown {
  return isDiskFull(error) ? diskFullError(file, error) : error;
}

/** Appends a stream to a file, making it when missing. `each` sees every piece. Returns the bytes added.
 * Errors: WorldError `Exhausted` on a full disk, with the file as it was; whatever the source throws, and what was appended
 * stays. */
export async function appendStream(
  file: string,
  source: AsyncIterable<Uint8Array>,
  each: (piece: Uint8Array) => void,
): Promise<number> {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await fsp.open(file, 'a', 0o600);
  const before = (await handle.stat()).size;
  let bytes = 0;
  try {
    for await (const piece of source) {
      each(piece);
      // Unlike write, which may take a part of a piece on a disk that gets full, and say nothing but how much.
      await handle.writeFile(piece);
      bytes += piece.length;
    }
  } catch (error) {
    if (isDiskFull(error)) await handle.truncate(before);
    throw diskError(error, file);
  } finally {
    await handle.close();
  }
  return bytes;
}

/** Makes a finished file durable under its final name. */
export async function settleFile(from: string, to: string): Promise<void> {
  const handle = await fsp.open(from, 'r+');
  try {
    await handle.sync();
  } catch (error) {
    throw diskError(error, from);
  } finally {
    await handle.close();
  }
  fs.mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
  await fsp.rename(from, to);
  const folder = await fsp.open(path.dirname(to), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The bytes [first, last] of a file, in pieces. */
export async function* readFilePieces(
  file: string,
  range: { first: number; last: number },
): AsyncGenerator<Uint8Array> {
  const handle = await fsp.open(file, 'r');
  try {
    let at = range.first;
    while (at <= range.last) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, range.last - at + 1));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0)
        throw new WorldError('Corrupt', `${file} is shorter than it was`, { attempted: 'read', subject: file });
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

export interface FileFacts {
  /** Path under the folder asked about. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** Every file below a folder; none when the folder is missing. */
export function filesBelow(folder: string): FileFacts[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const file = path.join(entry.parentPath, entry.name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    return stat ? [{ path: path.relative(folder, file), bytes: stat.size, modifiedAt: stat.mtimeMs }] : [];
  });
}

/** Size of one file; undefined when it is missing. */
export function fileBytes(file: string): number | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })?.size;
}

/** Removes a file or a folder with all below it; missing is fine. */
export function removePath(target: string): void {
  fs.rmSync(target, { recursive: true, force: true });
}
