// A store on one node: its log is an SQLite database in a folder of its own, owned by a worker thread.
import { type LogRow, RowLog, SqliteLog } from '#platform/sqlite';
import type { LogPlace, Store, StoreOptions } from './contract.ts';
import { StoreEngine } from './core/engine.ts';
import { decodeMark, encodeMark, type LogMarking } from './core/log-mark.ts';
import { MovableLog } from './core/movable-log.ts';
import type { StoreLog } from './core/store-log.ts';
import { openedPlace, Place } from './place.ts';
import { sealedEntries, sealedLog } from './sealed.log.ts';
import type { Sealing } from './sealed.record.ts';
import { writeSnapshot } from './snapshot.ts';

export interface SqliteStoreOptions<I> extends StoreOptions<I> {
  /** Made when there is none (0700). One process at a time. */
  readonly folder: string;
  /** Room kept for deletes and compaction on a full disk. */
  readonly reservedBytes?: number;
  /** Appended bytes after which the write-ahead log is copied into the database; small, it happens often. */
  readonly checkpointBytes?: number;
  /** `off` is for proving that the crash proof can fail; it loses acknowledged writes. */
  readonly sync?: 'full' | 'off';
  /** What is secret stands in the database, and in snapshots, only sealed. */
  readonly sealing?: Sealing;
  /** File of the worker thread, where the build does not put it beside the program. */
  readonly sqliteWorkerUrl?: URL;
  /** A move into this store that was decided and not finished ({@link locateStore}). */
  readonly finishes?: string;
}

type PlaceOptions = Omit<SqliteStoreOptions<unknown>, 'index' | 'finishes'>;

/** The place of a store in an SQLite database. */
export function sqlitePlace(options: PlaceOptions): LogPlace {
  return placeOf(options);
}

function placeOf(options: PlaceOptions): Place {
  const { folder, reservedBytes, checkpointBytes, sync, sqliteWorkerUrl: workerUrl, notice, sealing } = options;
  const open = (): StoreLog => {
    const log = new SqliteLog({
      folder,
      reservedBytes,
      checkpointBytes,
      sync,
      workerUrl,
      repaired: (message) => notice?.({ kind: 'repaired', message }),
      disk: (full) => notice?.({ kind: full ? 'disk-full' : 'disk-room' }),
    });
    return sealedLog(sqliteStoreLog(log), sealing);
  };
  return new Place(`the database in ${folder}`, open, { needsClaim: true });
}

/**
 * Opens the store of a folder. WorldError `Corrupt` when the database is damaged, `Unsupported` when a newer release wrote
 * it, `Unavailable` when another process has it, `Conflict` when the store has moved elsewhere.
 */
export async function openSqliteStore<I>(options: SqliteStoreOptions<I>): Promise<Store<I>> {
  const { sqliteWorkerUrl: workerUrl, sealing, finishes } = options;
  const log = new MovableLog(placeOf(options).open(), { finishes });
  const engine = new StoreEngine<I>(log, {
    ...options,
    moveTo: (place) => log.moveTo(openedPlace(place)),
    snapshot: (file, entries, revision) =>
      writeSnapshot(file, sealedEntries(sealing, entries), revision, { workerUrl }),
  });
  try {
    await engine.start();
  } catch (error) {
    await log.close();
    throw error;
  }
  return engine;
}

/** The engine's view of it. */
export function sqliteStoreLog(log: SqliteLog): StoreLog {
  return {
    claim: () => log.claim(),
    read: (after, visit) => log.read(after, visit),
    append: (records: readonly LogRow[]) => log.append(records),
    drop: (revisions, floor) => log.drop(revisions, floor),
    get diskFull() {
      return log.diskFull;
    },
    ping: () => log.ping(),
    marking: markingOf(log),
    bytes: () => log.bytes(),
    close: () => log.close(),
  };
}

function markingOf(log: SqliteLog | RowLog): LogMarking {
  return {
    read: async () => {
      const text = await log.mark();
      return text === undefined ? undefined : decodeMark(text);
    },
    write: async (mark) => log.setMark(encodeMark(mark), { isLeft: mark.kind === 'moved' }),
    clear: async () => log.clear(),
  };
}

/** The same store on the calling thread, which every write then stops: for tools and proofs that open many. */
export async function openRowLogStore<I>(options: SqliteStoreOptions<I>): Promise<Store<I>> {
  const { folder, reservedBytes, checkpointBytes, sync, notice, finishes } = options;
  const log = new RowLog(
    { folder, reservedBytes, checkpointBytes, sync },
    {
      repaired: (message) => notice?.({ kind: 'repaired', message }),
      disk: (full) => notice?.({ kind: full ? 'disk-full' : 'disk-room' }),
    },
  );
  const rows: StoreLog = {
    claim: async () => log.open(),
    read: async (after, visit) => log.read(after, (floor, records) => visit({ floor, records })),
    append: async (records) => log.append(records),
    drop: async (revisions, floor) => log.drop(revisions, floor),
    get diskFull() {
      return log.diskFull;
    },
    marking: markingOf(log),
    bytes: () => 0,
    close: async () => log.close(),
  };
  const engine = new StoreEngine<I>(
    new MovableLog({ log: rows, place: `the database in ${folder}` }, { finishes }),
    options,
  );
  try {
    await engine.start();
  } catch (error) {
    log.close();
    throw error;
  }
  return engine;
}
