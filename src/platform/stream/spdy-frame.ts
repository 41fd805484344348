// Frames of SPDY/3.1: bytes to frames and back, without any state of streams. Source: SPDY draft 3.1, section 2.2.
import { WorldError } from '#base';
import { SPDY_LIMITS } from './limits.ts';

export const SPDY_TYPE = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

export const SPDY_FLAG_FIN = 0x01;
const VERSION = 3;
const HEAD_BYTES = 8;

export type SpdyFrame =
  | { readonly kind: 'data'; readonly stream: number; readonly flags: number; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer };

/** Cuts a byte stream into frames; `take` yields the whole ones that have come so far. */
export function spdyFrameReader(): { push(chunk: Buffer): void; take(): SpdyFrame | undefined } {
  let parts: Buffer[] = [];
  let bytes = 0;
  let needed = HEAD_BYTES;
  return {
    push(chunk) {
      parts.push(chunk);
      bytes += chunk.length;
    },
    take() {
      if (bytes < needed) return undefined;
      let all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      parts = [all];
      const length = all.readUInt32BE(4) & 0xffffff;
      if (length > SPDY_LIMITS.frameBytesMax)
        throw new WorldError('Invalid', `a SPDY frame of ${length} bytes is too large`);
      needed = HEAD_BYTES + length;
      if (all.length < needed) return undefined;
      const word = all.readUInt32BE(0);
      const flags = all.readUInt8(4);
      const payload = all.subarray(HEAD_BYTES, needed);
      all = all.subarray(needed);
      parts = all.length > 0 ? [all] : [];
      bytes = all.length;
      needed = HEAD_BYTES;
      if (word < 0x80000000) return { kind: 'data', stream: word, flags, payload };
      const version = (word >>> 16) & 0x7fff;
      if (version !== VERSION) throw new WorldError('Unsupported', `SPDY version ${version} is not spoken here`);
      return { kind: 'control', type: word & 0xffff, flags, payload };
    },
  };
}

function head(word: number, flags: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES);
  bytes.writeUInt32BE(word >>> 0, 0);
  bytes.writeUInt32BE(((flags << 24) | length) >>> 0, 4);
  return bytes;
}

/** Header and payload of a data frame, to be written one after the other (the payload is not copied). */
export function spdyDataFrame(stream: number, flags: number, payload: Buffer): [Buffer, Buffer] {
  return [head(stream, flags, payload.length), payload];
}

export function spdyControlFrame(type: number, flags: number, payload: Buffer): Buffer {
  return Buffer.concat([head(0x80000000 + (VERSION << 16) + type, flags, payload.length), payload]);
}

/** A control frame whose payload is 32-bit numbers. */
export function spdyNumbersFrame(type: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) payload.writeUInt32BE(number >>> 0, i * 4);
  return spdyControlFrame(type, 0, payload);
}
