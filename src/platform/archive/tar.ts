// The door to archives: reads tar streams entry by entry, plain or gzipped.
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import { systemCodeOf, WorldError } from '#base';

export interface ArchiveEntry {
  /** Path in the archive, without a leading "./". */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
  /** Where a link leads. */
  readonly target: string;
  readonly bytes: number;
  /** Must be read to its end (or not touched at all) before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

const GZIP = [0x1f, 0x8b];

/** The entries of a tar file (plain or gzip), in order.
 * Errors: WorldError `NotFound`, `Corrupt` when it is cut short or no tar. */
export async function* readTar(file: string): AsyncGenerator<ArchiveEntry> {
  const head = Buffer.alloc(512);
  let bytes = 0;
  try {
    const fd = fs.openSync(file, 'r');
    bytes = fs.readSync(fd, head, 0, head.length, 0);
    fs.closeSync(fd);
  } catch (cause) {
    const code = systemCodeOf(cause) === 'ENOENT' ? 'NotFound' : 'Failed';
    throw new WorldError(
      code,
      `cannot read ${file}: ${code === 'NotFound' ? 'there is no such file' : String(cause)}`,
      { attempted: 'read an archive', subject: file, cause },
    );
  }
  const zipped = head[0] === GZIP[0] && head[1] === GZIP[1];
  if (!zipped && (bytes < 512 || head.subarray(257, 262).toString() !== 'ustar')) {
    throw new WorldError('Corrupt', `${file} is not a tar archive`, { attempted: 'read an archive', subject: file });
  }
  const extract = tar.extract();
  const source = fs.createReadStream(file, { highWaterMark: 256 * 1024 });
  const stream: Readable = zipped ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => extract.destroy(error));
  stream.on('error', (error) => extract.destroy(error));
  stream.pipe(extract);
  try {
    for await (const entry of extract) {
      const { name, type, size = 0, linkname } = entry.header;
      const kind = type === 'file' ? 'file' : type === 'symlink' || type === 'link' ? 'link' : 'other';
      yield {
        path: name.replace(/^(\.\/)+/, ''),
        kind,
        target: linkname ?? '',
        bytes: size,
        content: guarded(file, entry as AsyncIterable<Uint8Array>),
      };
      entry.resume();
    }
  } catch (cause) {
    throw cause instanceof WorldError ? cause : damaged(file, cause);
  } finally {
    source.destroy();
    extract.destroy();
  }
}

const damaged = (file: string, cause: unknown): WorldError =>
  new WorldError('Corrupt', `${file} is cut short or damaged: ${(cause as Error).message}`, {
    attempted: 'read an archive',
    subject: file,
    cure: 'copy the archive again',
    cause,
  });

/** The pieces of an entry; an archive that ends in the middle of one is told as damaged. */
async function* guarded(file: string, entry: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* entry;
  } catch (cause) {
    throw damaged(file, cause);
  }
}
