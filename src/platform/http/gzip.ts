// Compression of answers; level 1, because an answer is made once and read once.
import zlib from 'node:zlib';

export function gzipFast(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlib.gzip(bytes, { level: 1 }, (error, packed) => (error ? reject(error) : resolve(packed)));
  });
}
