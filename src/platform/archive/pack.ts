// Writes small tar archives in memory; the same files give the same bytes.
import tar from 'tar-stream';

export interface PackedFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode?: number;
}

/** A tar of these files, owned by root, dated 1970. */
export async function packTar(files: readonly PackedFile[]): Promise<Uint8Array> {
  const pack = tar.pack();
  const chunks: Buffer[] = [];
  pack.on('data', (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve, reject) => {
    pack.on('end', () => resolve());
    pack.on('error', reject);
  });
  for (const { path, content, mode = 0o644 } of files)
    pack.entry({ name: path, mode, mtime: new Date(0), uid: 0, gid: 0 }, Buffer.from(content as string));
  pack.finalize();
  await ended;
  return Buffer.concat(chunks);
}
