// What a driver gives the engine: a durable sequence of records, one a write, addressed by revision. The engine replays
// it into memory at the start and appends to it; it asks nothing of it in between.
import type { Resealed, Revision } from '../contract.ts';
import type { LogMarking } from './log-mark.ts';

export interface LogRecord {
  readonly revision: Revision;
  readonly kind: 'put' | 'delete';
  /** A put that is a step of a deletion: written from reserved room when there is no other. */
  readonly frees?: boolean;
  readonly key: string;
  /** The object, or the tombstone of a deletion. */
  readonly bytes: Uint8Array;
}

export interface LogChunk {
  /** Up to here, superseded records may have been dropped. The revision counter is never below it. */
  readonly floor: Revision;
  /** In revision order; every chunk begins after the one before. */
  readonly records: readonly LogRecord[];
  /** Records that a follower is told are dropped. That the floor was raised does not say so: what was to follow may not have happened. */
  readonly dropped?: readonly Revision[];
}

export interface LogFollower {
  /** Records as they become durable, each chunk after the one before. */
  chunk(chunk: LogChunk): void;
  /** The stream broke; nothing more comes from it. */
  lost(reason: string): void;
}

export interface StoreLog {
  /**
   * Makes this process the only writer, and makes sure that nothing sent before can still arrive. Called once before the
   * first `append`, and again after an append whose fate is unknown. WorldError `Unavailable`: somebody else writes.
   */
  claim(): Promise<void>;
  /** Hands over every record after `after`, at least one chunk. */
  read(after: Revision, visit: (chunk: LogChunk) => void): Promise<void>;
  /** Records after `after` in their order: as many as a page holds, and whether that was all. Only logs that rewrite have it. */
  readPage?(after: Revision): Promise<{ readonly records: readonly LogRecord[]; readonly isLast: boolean }>;
  /**
   * Puts other bytes in the place of records, all or none, at their revisions. WorldError `Conflict`: one of them is not there any
   * more, and none was written; otherwise as `append`. Followers are shown nothing of it.
   */
  rewrite?(records: readonly LogRecord[]): Promise<void>;
  /**
   * All records or none, in order; resolves when they are durable. WorldError `Exhausted`: nothing written, no room.
   * `Unavailable`: nothing written, not the writer any more. Anything else: it may or may not have been written.
   */
  append(records: readonly LogRecord[]): Promise<void>;
  /** Forgets these records and raises the floor. May stop half-way; what is left is dropped another time. */
  drop(revisions: readonly Revision[], floor: Revision): Promise<void>;
  /** Follows records after `after`; only logs that several processes share have it. */
  follow?(after: Revision, follower: LogFollower): { stop(): void };
  /** Whether it runs on reserved room. */
  readonly diskFull: boolean;
  /** Resolves when all that was asked before is dealt with; only logs that another thread keeps have it. */
  ping?(): Promise<void>;
  /** See {@link Store.reseal}; only logs that seal have it. */
  reseal?(most: number): Promise<Resealed | undefined>;
  /** What stands in the log about itself; only logs that a store can move into or out of have it. */
  readonly marking?: LogMarking;
  /** What it takes on disk. */
  bytes(): number;
  close(): Promise<void>;
}
