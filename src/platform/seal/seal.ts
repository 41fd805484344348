// Seals bytes with AES-256-GCM (NIST SP 800-38D) so that whoever has only the sealed ones can neither read nor exchange them.
// A sealed text: `HFS1`, the number of its key (4 bytes), nonce (12), tag (16), ciphertext. What it belongs to is authenticated too.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { WorldError } from '#base';

export interface SealKey {
  /** 1 to 2^32 - 1; never given to another key of the same site. */
  readonly id: number;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** What is sealed is sealed with the first; each of them unseals what it has sealed. */
export type SealKeys = readonly [SealKey, ...SealKey[]];

const MARK = Buffer.from('HFS1');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = MARK.length + 4 + NONCE_BYTES + TAG_BYTES;
const SECRET_BYTES = 32;

export const newSealSecret = (): Uint8Array => randomBytes(SECRET_BYTES);

export const isSealed = (bytes: Uint8Array): boolean =>
  bytes.length >= HEAD_BYTES && MARK.equals(bytes.subarray(0, MARK.length));

/** Which key something is sealed with; undefined when it is not sealed. */
export const sealedWith = (bytes: Uint8Array): number | undefined =>
  isSealed(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE(MARK.length) : undefined;

/** `belongsTo`: unsealing needs the same again. */
export function seal([key]: SealKeys, plain: Uint8Array, belongsTo: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce);
  cipher.setAAD(Buffer.from(belongsTo));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  const id = Buffer.alloc(4);
  id.writeUInt32BE(key.id);
  return Buffer.concat([MARK, id, nonce, cipher.getAuthTag(), text]);
}

/** Errors: WorldError `Corrupt`: it was changed, or belongs to something else; `NotFound`: its key is not among these. */
export function unseal(keys: SealKeys, sealed: Uint8Array, belongsTo: string): Uint8Array {
  const id = sealedWith(sealed);
  const key = keys.find((one) => one.id === id);
  if (!key)
    throw new WorldError('NotFound', `${belongsTo} is sealed with a key that is not here (${id ?? 'none'})`, {
      attempted: 'unseal',
      subject: belongsTo,
    });
  const nonceAt = MARK.length + 4;
  const tagAt = nonceAt + NONCE_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key.secret, sealed.subarray(nonceAt, tagAt));
  decipher.setAAD(Buffer.from(belongsTo));
  decipher.setAuthTag(sealed.subarray(tagAt, HEAD_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new WorldError('Corrupt', `${belongsTo} was sealed for something else, or was changed since`, {
      attempted: 'unseal',
      subject: belongsTo,
      cause,
    });
  }
}
