// A disk that keeps only what was synced, and of the rest whatever it likes. After each operation of a trace it can make
// the files that a power cut at that moment could leave behind:
// - a write that was not followed by a sync of its file is kept, dropped, or torn sector by sector, each by itself, so
//   later writes can survive earlier ones;
// - the names of files (create, rename, remove) survive in order up to some point after the last sync of the folder.
import type { Random } from '#base';
import type { DiskOp } from './trace.ts';

const SECTOR_BYTES = 512;

type FileOp = Extract<DiskOp, { op: 'write' | 'truncate' }>;
type NameOp = Extract<DiskOp, { op: 'create' | 'remove' | 'rename' }>;

/** How much of what was not synced a power cut leaves. */
export type Fate = 'nothing' | 'everything' | 'some' | 'torn';

class Inode {
  durable = Buffer.alloc(0);
  pending: FileOp[] = [];

  sync(): void {
    this.durable = apply(this.durable, this.pending);
    this.pending = [];
  }
}

function apply(content: Buffer<ArrayBuffer>, ops: readonly FileOp[]): Buffer<ArrayBuffer> {
  let now = Buffer.from(content);
  for (const op of ops) {
    const size = op.op === 'truncate' ? op.size : Math.max(now.length, op.at + op.data.length);
    if (size > now.length) now = Buffer.concat([now, Buffer.alloc(size - now.length)]);
    else if (op.op === 'truncate') now = now.subarray(0, size);
    if (op.op === 'write') op.data.copy(now, op.at);
  }
  return now;
}

/** The parts of a write that a power cut left, at sector bounds of the file. */
function torn(op: FileOp, random: Random): FileOp[] {
  if (op.op === 'truncate') return random.below(2) === 0 ? [op] : [];
  const parts: FileOp[] = [];
  for (let at = 0; at < op.data.length; ) {
    const end = Math.min(op.data.length, at + SECTOR_BYTES - ((op.at + at) % SECTOR_BYTES));
    if (random.below(2) === 0) parts.push({ ...op, at: op.at + at, data: op.data.subarray(at, end) });
    at = end;
  }
  return parts;
}

function survivors(ops: readonly FileOp[], fate: Fate, random: Random): FileOp[] {
  if (fate === 'nothing') return [];
  if (fate === 'everything') return [...ops];
  if (fate === 'some') return ops.filter(() => random.below(2) === 0);
  return ops.flatMap((op) => (random.below(3) === 0 ? [op] : torn(op, random)));
}

export class DiskModel {
  /** Names as a running system sees them, and as they are for certain after a power cut. */
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #pendingNames: { op: NameOp; inode: Inode }[] = [];

  /** Whether anything is not synced. */
  get unsynced(): boolean {
    return this.#pendingNames.length > 0 || [...this.#names.values()].some((inode) => inode.pending.length > 0);
  }

  take(op: DiskOp): void {
    if (op.op === 'write' || op.op === 'truncate') this.#names.get(op.file)?.pending.push(op);
    else if (op.op === 'sync') this.#names.get(op.file)?.sync();
    else if (op.op === 'sync-folder') {
      this.#durableNames = new Map(this.#names);
      this.#pendingNames = [];
    } else if (op.op !== 'said') this.#name(op);
  }

  /** Files that a power cut now could leave. */
  cut(fate: Fate, random: Random): Map<string, Buffer> {
    const names = new Map(this.#durableNames);
    const kept =
      fate === 'nothing'
        ? 0
        : fate === 'everything'
          ? this.#pendingNames.length
          : random.below(this.#pendingNames.length + 1);
    for (const { op, inode } of this.#pendingNames.slice(0, kept)) rename(names, op, inode);
    return new Map(
      [...names].map(([name, inode]) => [name, apply(inode.durable, survivors(inode.pending, fate, random))]),
    );
  }

  #name(op: NameOp): void {
    if (op.op === 'create' && this.#names.has(op.file)) return;
    const inode = op.op === 'create' ? new Inode() : this.#names.get(op.file);
    if (inode === undefined) return;
    rename(this.#names, op, inode);
    this.#pendingNames.push({ op, inode });
  }
}

function rename(names: Map<string, Inode>, op: NameOp, inode: Inode): void {
  if (op.op !== 'create') names.delete(op.file);
  if (op.op === 'create') names.set(op.file, inode);
  if (op.op === 'rename') names.set(op.to, inode);
}
