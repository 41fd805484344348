// Reads SQLite's write-ahead log to tell a torn tail from damage. SQLite itself ends at the first frame that does not
// check and drops the rest in silence: right for a commit that power cut short, wrong when a frame in the middle rotted,
// because everything acknowledged after it would vanish.
// A commit is synced before the next begins, so only the last one can be torn: a tail that is torn holds at most one
// commit. More than one, or a rotten frame that ended a commit with another after it, is damage.
// Each frame's checksum continues that of the frame before, which stands in that frame's header; so frames behind a bad
// one can still be checked. Source: SQLite file format, section 4 "The Write-Ahead Log".
import fs from 'node:fs';
import { systemCodeOf } from '#base';

export type WalState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'whole'; readonly frames: number }
  | { readonly kind: 'torn'; readonly frames: number; readonly dropped: number }
  | { readonly kind: 'damaged'; readonly frame: number };

interface WalHeader {
  readonly pageSize: number;
  readonly salts: bigint;
  readonly sum: Sum;
  readonly valid: boolean;
  readonly littleEndian: boolean;
}

type Sum = readonly [number, number];

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

interface Part {
  readonly from: number;
  readonly to: number;
  readonly littleEndian: boolean;
}

/** The checksum of a part, which continues the one given. */
function sumOf(view: DataView, { from, to, littleEndian }: Part, [a, b]: Sum): Sum {
  let s0 = a;
  let s1 = b;
  for (let at = from; at < to; at += 8) {
    s0 = (s0 + view.getUint32(at, littleEndian) + s1) >>> 0;
    s1 = (s1 + view.getUint32(at + 4, littleEndian) + s0) >>> 0;
  }
  return [s0, s1];
}

function sumAt(view: DataView, at: number): Sum {
  return [view.getUint32(at), view.getUint32(at + 4)];
}

function same(a: Sum, b: Sum): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function headerOf(view: DataView): WalHeader {
  const magic = view.getUint32(0);
  const littleEndian = magic === MAGIC;
  const sum = sumAt(view, 24);
  const known = (magic & 0xfffffffe) >>> 0 === MAGIC;
  return {
    pageSize: view.getUint32(8),
    salts: view.getBigUint64(16),
    sum,
    valid: known && same(sumOf(view, { from: 0, to: 24, littleEndian }, [0, 0]), sum),
    littleEndian,
  };
}

/** Looks at the bytes of a write-ahead log. */
export function walInspect(bytes: Uint8Array): WalState {
  if (bytes.length < HEADER_BYTES)
    return bytes.length === 0 ? { kind: 'empty' } : { kind: 'torn', frames: 0, dropped: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = headerOf(view);
  // The header is synced before any frame follows: a bad one with frames of its own behind it rotted.
  const pageSize = header.valid || isPageSize(header.pageSize) ? header.pageSize : 4096;
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  const count = Math.floor((bytes.length - HEADER_BYTES) / frameBytes);
  const frames = { view, header, frameBytes, count };
  const good = header.valid ? goodFrames(frames) : { commits: 0, chained: 0 };
  const tail = tailOf(frames, good.commits, good.chained);
  const partial = bytes.length - HEADER_BYTES - count * frameBytes;
  if (tail.damaged) return { kind: 'damaged', frame: good.chained };
  if (tail.frames > 0 || !header.valid || (partial > 0 && good.commits === count))
    return { kind: 'torn', frames: good.commits, dropped: tail.frames };
  return { kind: 'whole', frames: good.commits };
}

interface Frames {
  readonly view: DataView;
  readonly header: WalHeader;
  readonly frameBytes: number;
  readonly count: number;
}

function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65536 && (size & (size - 1)) === 0;
}

function frameStart(frames: Frames, index: number): number {
  return HEADER_BYTES + index * frames.frameBytes;
}

/** Whether frame `index` is of this log's generation and checks, given the checksum before it. */
function checks(frames: Frames, index: number, before: Sum): boolean {
  const { view, header, frameBytes } = frames;
  const start = frameStart(frames, index);
  if (view.getBigUint64(start + 8) !== header.salts) return false;
  const { littleEndian } = header;
  const head = sumOf(view, { from: start, to: start + 8, littleEndian }, before);
  const all = sumOf(view, { from: start + FRAME_HEADER_BYTES, to: start + frameBytes, littleEndian }, head);
  return same(all, sumAt(view, start + 16));
}

function endsCommit(frames: Frames, index: number): boolean {
  return frames.view.getUint32(frameStart(frames, index) + 4) !== 0;
}

/** How many frames from the start check, and up to where they are whole commits. */
function goodFrames(frames: Frames): { commits: number; chained: number } {
  let before = frames.header.sum;
  let commits = 0;
  let index = 0;
  for (; index < frames.count && checks(frames, index, before); index++) {
    before = sumAt(frames.view, frameStart(frames, index) + 16);
    if (endsCommit(frames, index)) commits = index + 1;
  }
  return { commits, chained: index };
}

/** What of this generation stands behind the last whole commit. */
function tailOf(frames: Frames, from: number, bad: number): { frames: number; damaged: boolean } {
  const { view, header } = frames;
  let own = 0;
  let commits = 0;
  for (let index = from; index < frames.count; index++) {
    const start = frameStart(frames, index);
    if (view.getBigUint64(start + 8) !== header.salts) continue;
    own = index + 1 - from;
    if (!endsCommit(frames, index)) continue;
    if (index === bad) commits++;
    else if (index > bad && checks(frames, index, sumAt(view, start - frames.frameBytes + 16))) commits++;
  }
  return { frames: own, damaged: commits > 1 || (!header.valid && commits > 0) };
}

/** Looks at a write-ahead log file; absent counts as empty. */
export function walInspectFile(file: string): WalState {
  try {
    return walInspect(fs.readFileSync(file));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return { kind: 'empty' };
    throw error;
  }
}
