// Turns the log's records into memory: the live entries, and the history of changes above the floor.
import type { Entry, Revision, StoreEvent, StoreOptions } from '../contract.ts';
import type { DeadRecords } from './dead-records.ts';
import { History, type HistoryBounds } from './history.ts';
import { SortedIndex } from './sorted-index.ts';
import type { LogRecord, StoreLog } from './store-log.ts';

/** The store's first revision: that of the empty store. */
export const REVISION_FIRST: Revision = 1;

export interface Replayed<I> {
  readonly entries: SortedIndex<I>;
  readonly history: History<I>;
  readonly revision: Revision;
}

/** The change a record makes on top of `previous`; undefined for a deletion of nothing. */
export function eventOf<I>(
  record: LogRecord,
  previous: Entry<I> | undefined,
  index: StoreOptions<I>['index'],
): StoreEvent<I> | undefined {
  const { key, revision, bytes } = record;
  if (record.kind === 'delete' && previous === undefined) return undefined;
  const entry: Entry<I> = { key, revision, bytes, index: index(key, bytes) };
  if (record.kind === 'delete') return { type: 'deleted', entry, previous };
  return previous === undefined ? { type: 'added', entry } : { type: 'modified', entry, previous };
}

export async function replayLog<I>(
  log: StoreLog,
  index: StoreOptions<I>['index'],
  bounds: HistoryBounds,
  dead: DeadRecords,
): Promise<Replayed<I>> {
  const live = new Map<string, Entry<I>>();
  let history: History<I> | undefined;
  let revision = REVISION_FIRST;
  const entomb = (record: LogRecord, since: Revision): void =>
    dead.add({ revision: record.revision, since, bytes: record.bytes.length });
  await log.read(0, ({ floor, records }) => {
    history ??= new History<I>(Math.max(floor, REVISION_FIRST), bounds, (record) => dead.add(record));
    history.trim(floor);
    revision = Math.max(revision, floor);
    for (const record of records) {
      revision = Math.max(revision, record.revision);
      const previous = live.get(record.key);
      const event = eventOf(record, previous, index);
      if (record.kind === 'put' && event) live.set(record.key, event.entry);
      else live.delete(record.key);
      if (event === undefined) entomb(record, record.revision);
      else if (record.revision > history.floor) history.push(event);
      else {
        if (previous) entomb({ ...record, ...previous }, record.revision);
        if (record.kind === 'delete') entomb(record, record.revision);
      }
    }
  });
  history ??= new History<I>(REVISION_FIRST, bounds, (record) => dead.add(record));
  return { entries: SortedIndex.of(live.values()), history, revision };
}
