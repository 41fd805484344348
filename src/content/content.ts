// Blobs by digest: written aside and settled under their digest once it is right, verified whenever they are read whole.
// A blob that no longer has the bytes of its name is set aside, never served, and told.
import { WorldError } from '#base';
import { appendStream, fileBytes, filesBelow, readFilePieces, removePath, settleFile } from '#platform/blob';
import { sha256 } from '#platform/digest';

/** "sha256:<64 hex digits>". */
export type Digest = string;

export const DIGEST = /^sha256:[0-9a-f]{64}$/;

export interface Content {
  /** Size in bytes, or undefined when it is not here. */
  size(digest: Digest): number | undefined;
  /** The blob's bytes, or a part of them. A whole read is verified: it ends with WorldError `Corrupt` when the bytes are not
   * those of the digest, and the blob is set aside. Errors: WorldError `NotFound`. */
  read(digest: Digest, range?: { readonly first: number; readonly last: number }): AsyncIterable<Uint8Array>;
  /** Takes a stream in. Errors: WorldError `Invalid` when its digest is not `expected`, `Exhausted` on a full disk; nothing is left behind. */
  write(source: AsyncIterable<Uint8Array>, expected?: Digest): Promise<{ digest: Digest; bytes: number }>;
  /** A blob that comes in pieces, under an id that the caller keeps; survives a restart. */
  upload(id: string): Upload;
  uploadIds(): string[];
  remove(digest: Digest): void;
  digests(): Iterable<Digest>;
  /** Removes blobs that `keep` does not hold and that are older than the cut, and uploads older than it. Returns bytes freed. */
  sweep(keep: ReadonlySet<Digest>, olderThanMs: number): number;
  usage(): { readonly blobs: number; readonly bytes: number };
}

export interface Upload {
  /** Bytes so far; undefined when there is no such upload. */
  readonly bytes: number | undefined;
  append(source: AsyncIterable<Uint8Array>): Promise<number>;
  /** Errors: WorldError `Invalid` when the bytes are not those of the digest (the upload stays). */
  commit(digest: Digest): Promise<{ bytes: number }>;
  cancel(): void;
}

const SERIAL_PREFIX = 'write-';
const UPLOAD_ID = /^[0-9a-zA-Z-]{1,64}$/;

class FileContent implements Content {
  readonly #folder: string;
  readonly #sizes = new Map<Digest, number>();
  #serial = 0;

  constructor(folder: string) {
    this.#folder = folder;
    for (const file of filesBelow(`${folder}/blobs`)) {
      const digest = `sha256:${file.path.split('/').pop()}`;
      if (DIGEST.test(digest)) this.#sizes.set(digest, file.bytes);
    }
    // Writes that were cut short by a stop have no one to go on with them; uploads do.
    for (const file of filesBelow(`${folder}/uploads`))
      if (file.path.startsWith(SERIAL_PREFIX)) removePath(`${folder}/uploads/${file.path}`);
  }

  #file(digest: Digest): string {
    const hex = digest.slice('sha256:'.length);
    return `${this.#folder}/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
  }

  size(digest: Digest): number | undefined {
    return this.#sizes.get(digest);
  }

  async *read(digest: Digest, range?: { readonly first: number; readonly last: number }): AsyncGenerator<Uint8Array> {
    const bytes = this.#sizes.get(digest);
    if (bytes === undefined)
      throw new WorldError('NotFound', `the blob ${digest} is not here`, { attempted: 'read a blob', subject: digest });
    const wanted = range ?? { first: 0, last: bytes - 1 };
    if (wanted.first > 0 || wanted.last < bytes - 1) {
      yield* readFilePieces(this.#file(digest), wanted);
      return;
    }
    const hash = sha256();
    let held: Uint8Array | undefined;
    // The last piece is held back until the whole is known to be right, so that nobody takes a damaged blob for complete.
    for await (const piece of readFilePieces(this.#file(digest), wanted)) {
      hash.update(piece);
      if (held) yield held;
      held = piece;
    }
    if (hash.digest() !== digest) throw await this.#setAside(digest);
    if (held) yield held;
  }

  async #setAside(digest: Digest): Promise<WorldError> {
    await settleFile(this.#file(digest), `${this.#folder}/damaged/${digest.slice('sha256:'.length)}`);
    this.#sizes.delete(digest);
    return new WorldError('Corrupt', `the blob ${digest} is damaged on disk`, {
      attempted: 'read a blob',
      subject: digest,
      cure: 'import or push the image again; the damaged file was set aside in content/damaged',
    });
  }

  async write(source: AsyncIterable<Uint8Array>, expected?: Digest): Promise<{ digest: Digest; bytes: number }> {
    const aside = `${this.#folder}/uploads/${SERIAL_PREFIX}${++this.#serial}`;
    removePath(aside);
    const hash = sha256();
    try {
      const bytes = await appendStream(aside, source, (piece) => hash.update(piece));
      const digest = hash.digest();
      if (expected !== undefined && digest !== expected) throw mismatch(expected, digest);
      await this.#settle(aside, digest, bytes);
      return { digest, bytes };
    } catch (error) {
      removePath(aside);
      throw error;
    }
  }

  async #settle(aside: string, digest: Digest, bytes: number): Promise<void> {
    if (this.#sizes.has(digest)) removePath(aside);
    else await settleFile(aside, this.#file(digest));
    this.#sizes.set(digest, bytes);
  }

  upload(id: string): Upload {
    if (!UPLOAD_ID.test(id))
      throw new WorldError('Invalid', 'an upload id holds letters, digits and dashes', { subject: id });
    const file = `${this.#folder}/uploads/${id}`;
    const present = (): number | undefined => fileBytes(file);
    return {
      get bytes() {
        return present();
      },
      append: (source) => appendStream(file, source, () => undefined),
      commit: async (digest) => {
        const bytes = present() ?? 0;
        const hash = sha256();
        if (bytes > 0)
          for await (const piece of readFilePieces(file, { first: 0, last: bytes - 1 })) hash.update(piece);
        const found = hash.digest();
        if (found !== digest) throw mismatch(digest, found);
        await this.#settle(file, digest, bytes);
        return { bytes };
      },
      cancel: () => removePath(file),
    };
  }

  uploadIds(): string[] {
    return filesBelow(`${this.#folder}/uploads`).map((file) => file.path);
  }

  remove(digest: Digest): void {
    if (this.#sizes.delete(digest)) removePath(this.#file(digest));
  }

  digests(): Iterable<Digest> {
    return this.#sizes.keys();
  }

  sweep(keep: ReadonlySet<Digest>, olderThanMs: number): number {
    let freed = 0;
    for (const file of filesBelow(`${this.#folder}/blobs`)) {
      const digest = `sha256:${file.path.split('/').pop()}`;
      if (keep.has(digest) || file.modifiedAt > olderThanMs) continue;
      this.remove(digest);
      freed += file.bytes;
    }
    for (const file of filesBelow(`${this.#folder}/uploads`))
      if (file.modifiedAt < olderThanMs) removePath(`${this.#folder}/uploads/${file.path}`);
    return freed;
  }

  usage(): { blobs: number; bytes: number } {
    let bytes = 0;
    for (const size of this.#sizes.values()) bytes += size;
    return { blobs: this.#sizes.size, bytes };
  }
}

const mismatch = (expected: Digest, found: Digest): WorldError =>
  new WorldError('Invalid', `the bytes are those of ${found}, not of ${expected}`, {
    attempted: 'take in a blob',
    subject: expected,
  });

/** Opens the content under `folder` (made when missing), forgetting what an earlier run left half written. */
export function openContent(folder: string): Content {
  return new FileContent(folder);
}
