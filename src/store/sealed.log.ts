// A log whose secret records are sealed: in memory they are as everywhere, on disk only who has the keys can read them. A record is
// sealed for its key and revision, so that none can stand in the place of another. Records from before sealing are read as they are.
import type { Entry } from './contract.ts';
import type { LogChunk, StoreLog } from './core/store-log.ts';
import { type Sealing, sealedRecord, unsealedRecord } from './sealed.record.ts';
import { Seals } from './seals.ts';

/** `inner` itself where nothing is to be sealed. */
export function sealedLog(inner: StoreLog, sealing: Sealing | undefined): StoreLog {
  if (!sealing) return inner;
  const seals = new Seals(inner, sealing);
  const opened = (chunk: LogChunk): LogChunk => {
    seals.saw(chunk.records);
    return { ...chunk, records: chunk.records.map((record) => unsealedRecord(sealing, record)) };
  };
  const { follow, ping, marking } = inner;
  return {
    claim: () => inner.claim(),
    read: (after, visit) => {
      if (after === 0) seals.forget();
      return inner.read(after, (chunk) => visit(opened(chunk)));
    },
    append: (records) => seals.append(records.map((record) => sealedRecord(sealing, record))),
    drop: (revisions, floor) => seals.drop(revisions, floor),
    reseal: (most) => seals.reseal(most),
    get diskFull() {
      return inner.diskFull;
    },
    bytes: () => inner.bytes(),
    close: () => inner.close(),
    ...(marking && { marking }),
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
