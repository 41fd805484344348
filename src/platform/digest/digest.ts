// The door to digests.
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Collects bytes and tells their SHA-256. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** "sha256:<hex>", of everything so far; nothing may be added afterwards. */
  digest(): string;
}

export function sha256(): Hasher {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => `sha256:${hash.digest('hex')}` };
}

/** "sha256:<hex>" of these bytes. */
export function sha256Of(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** CRC-32 of these bytes as eight hexadecimal digits: tells damage, not malice. Source: RFC 1952, 8. */
export const crc32Of = (bytes: Uint8Array | string): string => crc32(bytes).toString(16).padStart(8, '0');

/** The bytes of a text in base64, and back. */
export const base64 = {
  encode: (text: string): string => Buffer.from(text).toString('base64'),
  decode: (text: string): string => Buffer.from(text, 'base64').toString(),
};

/** Random bytes as base64url: for secrets and names that nobody may guess. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** A random seed for numbers that nobody need guess at: jitter, spreads. */
export function randomSeed(): number {
  return randomBytes(4).readUInt32LE();
}
