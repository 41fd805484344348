// Header blocks of SPDY/3: name and value pairs in one zlib stream a direction, with a preset dictionary.
// Sending compresses nothing: it writes zlib "stored" blocks, which every inflater reads, so that it is synchronous and
// frames cannot overtake each other. Receiving inflates for real. Source: SPDY draft 3.1 section 2.6.10, RFC 1950, RFC 1951.
import { createInflate, constants as zlib } from 'node:zlib';
import { WorldError } from '#base';
import { SPDY_LIMITS } from './limits.ts';
import { SPDY_DICTIONARY_ID, spdyDictionary } from './spdy-dictionary.ts';

export type SpdyHeaders = Readonly<Record<string, string>>;

const STORED_BYTES_MAX = 0xffff;
/** An empty stored block: what a deflater writes on a sync flush, and what makes inflaters hand out all they have. */
const SYNC_MARK = Buffer.from([0, 0, 0, 0xff, 0xff]);

function plainBlock(headers: SpdyHeaders): Buffer {
  const pairs = Object.entries(headers);
  const parts: Buffer[] = [];
  const number = (value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    parts.push(bytes);
  };
  number(pairs.length);
  for (const pair of pairs)
    for (const text of [pair[0].toLowerCase(), pair[1]]) {
      const bytes = Buffer.from(text);
      number(bytes.length);
      parts.push(bytes);
    }
  return Buffer.concat(parts);
}

/** Writes the header blocks of one direction of one connection. */
export function spdyHeaderEncoder(): (headers: SpdyHeaders) => Buffer {
  let first = true;
  return (headers) => {
    const plain = plainBlock(headers);
    const parts: Buffer[] = [];
    if (first) {
      const start = Buffer.from([0x78, 0xbb, 0, 0, 0, 0]);
      start.writeUInt32BE(SPDY_DICTIONARY_ID, 2);
      parts.push(start);
      first = false;
    }
    for (let at = 0; at < plain.length; at += STORED_BYTES_MAX) {
      const piece = plain.subarray(at, at + STORED_BYTES_MAX);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(piece.length, 1);
      head.writeUInt16LE(piece.length ^ 0xffff, 3);
      parts.push(head, piece);
    }
    return Buffer.concat([...parts, SYNC_MARK]);
  };
}

function parseBlock(block: Buffer): SpdyHeaders {
  const headers: Record<string, string> = Object.create(null);
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw new WorldError('Invalid', 'a SPDY header block ends early');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw new WorldError('Invalid', 'a SPDY header block ends early');
    at += length;
    return block.toString('utf8', at - length, at);
  };
  for (let left = number(); left > 0; left--) {
    const name = text();
    headers[name.toLowerCase()] = text();
  }
  return headers;
}

export interface SpdyHeaderDecoder {
  /** Blocks must be given one at a time, in the order in which they came. */
  decode(block: Buffer): Promise<SpdyHeaders>;
  close(): void;
}

const tooLarge = (): WorldError => new WorldError('Invalid', 'a SPDY header block is too large');

/** Reads the header blocks of one direction of one connection. */
export function spdyHeaderDecoder(): SpdyHeaderDecoder {
  const inflate = createInflate({ dictionary: spdyDictionary(), flush: zlib.Z_SYNC_FLUSH });
  let parts: Buffer[] = [];
  let bytes = 0;
  let fail: ((error: Error) => void) | undefined;
  inflate.on('data', (part: Buffer) => {
    bytes += part.length;
    parts.push(part);
    if (bytes > SPDY_LIMITS.headerBytesMax) inflate.destroy(tooLarge());
  });
  inflate.on('error', (error) => fail?.(error));
  inflate.on('close', () => fail?.(new WorldError('Unavailable', 'the connection was closed')));
  return {
    decode: (block) =>
      new Promise((resolve, reject) => {
        fail = reject;
        parts = [];
        bytes = 0;
        inflate.write(block, (error) => {
          if (error || bytes > SPDY_LIMITS.headerBytesMax) return reject(error ?? tooLarge());
          try {
            resolve(parseBlock(Buffer.concat(parts)));
          } catch (thrown) {
            reject(thrown as Error);
          }
        });
      }),
    close: () => void inflate.destroy(),
  };
}
