// A document that is the same for everybody until something changes, with a tag by which clients keep it.
import { sha256Of } from '#platform/digest';

export interface Document {
  readonly bytes: Uint8Array;
  /** Digest of the bytes in upper-case hexadecimal digits. */
  readonly hash: string;
  readonly etag: string;
}

/** The JSON of a value. */
export function documentOf(value: object): Document {
  return documentOfBytes(Buffer.from(JSON.stringify(value)));
}

export function documentOfBytes(bytes: Uint8Array): Document {
  const hash = sha256Of(bytes)
    .replace(/^sha256:/, '')
    .toUpperCase();
  return { bytes, hash, etag: `"${hash}"` };
}
