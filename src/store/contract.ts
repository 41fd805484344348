// What every store driver fulfils: keys with one revision counter for all of them, one active writer.
// Memory is the index, the log is the truth. A mutation is decided synchronously against *pending* state (everything
// already decided, durable or not), is given its revision at once, goes into a group commit, and only when the log has it
// is the caller answered and readers, lists and watchers see it (*committed* state). Nothing is serialized twice: `bytes`
// is what a GET answers, and what a LIST and a watch event are assembled from.

/** The store's own counter, never the backend's. Starts at 1 and only grows; also through restore and migration. */
export type Revision = number;

/** One stored object at one revision. Immutable. `Index` is what the store's owner extracted for selectors. */
export interface Entry<Index = unknown> {
  /** "/registry-like" path: `/<group or "core">/<resource>/<namespace or "">/<name>`; any string without NUL works. */
  readonly key: string;
  /** Revision of the write that made these bytes. */
  readonly revision: Revision;
  /** Serialized object, UTF-8 JSON. */
  readonly bytes: Uint8Array;
  readonly index: Index;
}

export interface StoreEvent<Index = unknown> {
  readonly type: 'added' | 'modified' | 'deleted';
  /** For `deleted`: the last state, its bytes and revision being those that the deletion gave it (the tombstone). */
  readonly entry: Entry<Index>;
  /** State before; absent for `added`. */
  readonly previous?: Entry<Index>;
}

/** What a mutation decides to do, seeing the pending entry. `encode` gets the revision the write will have. */
export type Decision =
  /** `frees`: a step of a deletion, which a full disk takes as it takes deletions. */
  | { readonly kind: 'put'; readonly frees?: boolean; encode(revision: Revision): Uint8Array }
  /** `encode` makes the tombstone's bytes (the last state with the deletion's revision in it). */
  | { readonly kind: 'delete'; encode(revision: Revision): Uint8Array }
  /** Nothing to change; answered with the current entry once that is committed. */
  | { readonly kind: 'keep' };

/** Decides synchronously. Whatever it throws rejects the write and changes nothing. */
export type Decide<Index> = (current: Entry<Index> | undefined, pendingRevision: Revision) => Decision;

export type WriteOutcome<Index> =
  | { readonly kind: 'written'; readonly entry: Entry<Index>; readonly previous?: Entry<Index> }
  | { readonly kind: 'deleted'; readonly entry: Entry<Index>; readonly previous: Entry<Index> }
  | { readonly kind: 'kept'; readonly entry?: Entry<Index> };

export interface ListQuery {
  readonly prefix: string;
  /** Only keys greater than this. */
  readonly after?: string;
  readonly limit?: number;
  /** State as of this revision instead of the newest committed. */
  readonly at?: Revision;
}

export type ListResult<Index> =
  | {
      readonly kind: 'listed';
      readonly entries: readonly Entry<Index>[];
      readonly revision: Revision;
      readonly remaining: number;
    }
  /** `at` is older than the watch history reaches (HTTP 410). */
  | { readonly kind: 'expired'; readonly oldest: Revision }
  /** `at` is newer than anything committed. */
  | { readonly kind: 'future'; readonly newest: Revision };

export interface WatchQuery {
  readonly prefix: string;
  /** Events with a revision greater than this. */
  readonly after: Revision;
}

export type WatchResult =
  | { readonly kind: 'watching'; close(): void }
  | { readonly kind: 'expired'; readonly oldest: Revision };

export interface Resealed {
  /** Which key seals now. */
  readonly key: number;
  /** Records that were sealed anew by this call. */
  readonly resealed: number;
  /** Those that another key still seals, or none. */
  readonly left: number;
}

/** A place where a store's log can stand. */
export interface LogPlace {
  /** What people call it. */
  readonly name: string;
}

export interface Moved {
  readonly from: string;
  readonly to: string;
  /** How often the store has moved, counted from 1 for one that never did. */
  readonly generation: number;
}

export interface WatchSink<Index> {
  /** Called synchronously, in revision order, as commits become visible. Must not block or throw. */
  event(event: StoreEvent<Index>): void;
  /** The store reloaded or lost history; the watcher must list again. Called at most once; then nothing more comes. */
  lost(): void;
}

/**
 * Errors of `write`: whatever `decide` threw; WorldError `Exhausted` when the disk is full (nothing written; deletes and
 * compaction still work from the reserved room), `Ambiguous` when the log's answer was lost (the store has stopped, reloads
 * and reconciles by itself; `state` tells), `Unavailable` while it reloads or when it is not the active writer.
 */
export interface Store<Index = unknown> {
  /** Newest committed revision. */
  readonly revision: Revision;
  /** Oldest revision a watch or a list `at` may start after. */
  readonly oldest: Revision;
  readonly state: StoreState;
  get(key: string): Entry<Index> | undefined;
  /** Committed entries under a prefix in key order (byte order of UTF-8). */
  list(query: ListQuery): ListResult<Index>;
  /** How many committed entries stand under a prefix. */
  count(prefix: string): number;
  watch(query: WatchQuery, sink: WatchSink<Index>): WatchResult;
  write(key: string, decide: Decide<Index>): Promise<WriteOutcome<Index>>;
  /** Drops history up to `revision` from memory and log. */
  compact(revision: Revision): Promise<void>;
  /** Seals at most so many records anew that the key which seals now has not sealed; objects, revisions and watches stay as they are.
   * Undefined where nothing is sealed. WorldError `Unavailable` when it is not the active writer. */
  reseal(most: number): Promise<Resealed | undefined>;
  /** Writes a whole, self-contained copy at one revision to `file`. */
  snapshot(file: string): Promise<{ revision: Revision; entries: number }>;
  /**
   * Moves the log to another place while everything goes on: reads, watches and their history, revisions; writes wait for a moment. The
   * log that it leaves says where the store went, and takes no write any more. What fails leaves the store where it was. WorldError
   * `Conflict`: the place holds a store of its own, or a move is under way; `Unsupported`: this store cannot move there.
   */
  moveTo(place: LogPlace): Promise<Moved>;
  /** Bytes the log takes on disk (0 for memory), and whether it runs on reserved room. */
  usage(): { bytes: number; diskFull: boolean };
  /** Resolves when the log has dealt with all that it was given before, good or bad. Writes nothing. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type StoreState = 'open' | 'reloading' | 'read-only' | 'closed';

export interface StoreOptions<Index> {
  /** Extracts what selectors need; called once a write and once an entry on load. */
  index(key: string, bytes: Uint8Array): Index;
  /** Watch history kept in memory. */
  readonly historyEvents?: number;
  readonly historyBytes?: number;
  /** Told of state changes, torn tails repaired, disk full and room again. */
  notice?(notice: StoreNotice): void;
}

export type StoreNotice =
  | { readonly kind: 'state'; readonly state: StoreState; readonly reason: string }
  | { readonly kind: 'repaired'; readonly message: string }
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'disk-room' };
