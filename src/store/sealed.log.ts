// A log whose secret records are sealed: in memory they are as everywhere, on disk only who has the keys can read them. A record is
// sealed for its key and revision, so that none can stand in the place of another. Records from before sealing are read as they are.
import { WorldError } from '#base';
import { isSealed, type SealKeys, seal, unseal } from '#platform/seal';
import type { Entry } from './contract.ts';
import type { LogChunk, LogRecord, StoreLog } from './core/store-log.ts';

export interface Sealing {
  /** Whether what stands under a store's key is secret. */
  isSecret(key: string): boolean;
  /** Asked with each use: keys may be added, and another one be the first, while the store is open. */
  keys(): SealKeys;
}

const belongsTo = ({ key, revision }: Pick<LogRecord, 'key' | 'revision'>): string => `${key}@${revision}`;

export function sealedRecord<R extends Pick<LogRecord, 'key' | 'revision' | 'bytes'>>(sealing: Sealing, record: R): R {
  if (!sealing.isSecret(record.key)) return record;
  return { ...record, bytes: seal(sealing.keys(), record.bytes, belongsTo(record)) };
}

function unsealedRecord(sealing: Sealing, record: LogRecord): LogRecord {
  if (!sealing.isSecret(record.key) || !isSealed(record.bytes)) return record;
  try {
    return { ...record, bytes: unseal(sealing.keys(), record.bytes, belongsTo(record)) };
  } catch (cause) {
    throw new WorldError('Corrupt', `the secret ${record.key} of revision ${record.revision} cannot be unsealed`, {
      attempted: 'read the log',
      subject: record.key,
      cure: 'give the site the key that it was sealed with, or restore the last backup (holdfast cluster restore FILE)',
      cause,
    });
  }
}

/** `inner` itself where nothing is to be sealed. */
export function sealedLog(inner: StoreLog, sealing: Sealing | undefined): StoreLog {
  if (!sealing) return inner;
  const opened = ({ floor, records }: LogChunk): LogChunk => ({
    floor,
    records: records.map((record) => unsealedRecord(sealing, record)),
  });
  const { follow, ping } = inner;
  return {
    claim: () => inner.claim(),
    read: (after, visit) => inner.read(after, (chunk) => visit(opened(chunk))),
    append: (records) => inner.append(records.map((record) => sealedRecord(sealing, record))),
    drop: (revisions, floor) => inner.drop(revisions, floor),
    get diskFull() {
      return inner.diskFull;
    },
    bytes: () => inner.bytes(),
    close: () => inner.close(),
    ...(ping && { ping: () => ping.call(inner) }),
    ...(follow && {
      follow: (after, follower) =>
        follow.call(inner, after, {
          lost: (reason) => follower.lost(reason),
          chunk: (chunk) => {
            let whole: LogChunk;
            try {
              whole = opened(chunk);
            } catch (error) {
              return follower.lost(String(error));
            }
            follower.chunk(whole);
          },
        }),
    }),
  };
}

/** Entries as a snapshot holds them. */
export const sealedEntries = <I>(sealing: Sealing | undefined, entries: readonly Entry<I>[]): readonly Entry<I>[] =>
  sealing ? entries.map((entry) => sealedRecord(sealing, entry)) : entries;
