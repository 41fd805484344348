// A store without a disk: for tests, and for sites that are simulated. Its log can outlive the store, so that tests
// reopen it, follow it, and make it fail.
import { WorldError } from '#base';
import type { Revision, Store, StoreOptions } from './contract.ts';
import { StoreEngine } from './core/engine.ts';
import type { LogMark } from './core/log-mark.ts';
import type { LogFollower, LogRecord, StoreLog } from './core/store-log.ts';
import { writeSnapshot } from './snapshot.ts';

/** The records that several memory stores share, as processes share a cluster's log. */
export class MemoryRecords {
  readonly records = new Map<Revision, LogRecord>();
  readonly followers = new Set<LogFollower>();
  floor: Revision = 0;
  mark: LogMark | undefined;
  /** Who may append. */
  writer: symbol | undefined;
}

/** A store in memory, open at once. */
export function openMemoryStore<I>(options: StoreOptions<I>): Store<I> {
  const records = new MemoryRecords();
  const log = memoryLog(records);
  const engine = new StoreEngine<I>(log, { ...options, snapshot: writeSnapshot });
  // Nobody else knows these records, so the claim cannot fail.
  records.writer = log.identity;
  engine.startEmpty();
  return engine;
}

/** A log over shared records. */
export function memoryLog(shared: MemoryRecords): StoreLog & { readonly identity: symbol } {
  const identity = Symbol('writer');
  return {
    identity,
    claim: async () => {
      shared.writer = identity;
    },
    read: async (after, visit) => {
      const records = [...shared.records.values()].filter((record) => record.revision > after);
      visit({ floor: shared.floor, records });
    },
    append: async (records) => {
      if (shared.writer !== identity) throw new WorldError('Unavailable', 'another store writes this log');
      for (const record of records) shared.records.set(record.revision, record);
      for (const follower of shared.followers) follower.chunk({ floor: shared.floor, records });
    },
    readPage: async (after) => {
      const records = [...shared.records.values()].filter((record) => record.revision > after);
      return { records, isLast: true };
    },
    rewrite: async (records) => {
      if (shared.writer !== identity) throw new WorldError('Unavailable', 'another store writes this log');
      if (records.some(({ revision }) => !shared.records.has(revision)))
        throw new WorldError('Conflict', 'a record is not there any more');
      for (const record of records) shared.records.set(record.revision, record);
      for (const follower of shared.followers) follower.chunk({ floor: shared.floor, records });
    },
    drop: async (revisions, floor) => {
      shared.floor = Math.max(shared.floor, floor);
      for (const revision of revisions) shared.records.delete(revision);
      const dropped = { floor: shared.floor, records: [], dropped: revisions };
      for (const follower of shared.followers) follower.chunk(dropped);
    },
    follow: (after, follower) => {
      shared.followers.add(follower);
      const records = [...shared.records.values()].filter((record) => record.revision > after);
      queueMicrotask(() => {
        if (shared.followers.has(follower)) follower.chunk({ floor: shared.floor, records });
      });
      return { stop: () => void shared.followers.delete(follower) };
    },
    marking: {
      read: async () => shared.mark,
      write: async (mark) => {
        if (shared.writer !== identity) throw new WorldError('Unavailable', 'another store writes this log');
        shared.mark = mark;
      },
      clear: async () => {
        shared.records.clear();
        shared.floor = 0;
      },
    },
    diskFull: false,
    bytes: () => 0,
    close: async () => {
      if (shared.writer === identity) shared.writer = undefined;
    },
  };
}
