// Snapshots: a whole copy of the store at one revision, in one file that stands for itself, the same for every driver.
// So a snapshot is also the way from one driver to another.
import { WorldError } from '#base';
import { readRowFile, writeRowFile } from '#platform/sqlite';
import type { Entry, Revision } from './contract.ts';
import { batches } from './core/batches.ts';
import type { LogRecord, StoreLog } from './core/store-log.ts';
import { RESTORE_REVISION_JUMP } from './limits.ts';

/** Writes `entries`, the whole state at `revision`, to `file`. */
export async function writeSnapshot(
  file: string,
  entries: readonly Entry[],
  revision: Revision,
  options: { workerUrl?: URL } = {},
): Promise<void> {
  const records = entries
    .map(({ key, revision: written, bytes }): LogRecord => ({ revision: written, kind: 'put', key, bytes }))
    .sort((a, b) => a.revision - b.revision);
  await writeRowFile(file, { floor: revision, chunks: batches(records) }, options);
}

/**
 * Fills an empty log from a snapshot. Its revision jumps far ahead, past everything that clients of the lost store can
 * have seen, unless the store moves as it is (`keepRevision`). WorldError `Conflict` when the log is not empty.
 */
export async function restoreSnapshot(
  file: string,
  log: StoreLog,
  options: { keepRevision?: boolean; workerUrl?: URL } = {},
): Promise<void> {
  await log.claim();
  let empty = true;
  await log.read(0, (chunk) => {
    if (chunk.records.length > 0 || chunk.floor > 0) empty = false;
  });
  if (!empty)
    throw new WorldError('Conflict', 'the store to restore into is not empty', {
      attempted: 'restore a snapshot',
      subject: file,
      cure: 'restore into a new data folder or prefix',
    });
  let floor = 0;
  const records: LogRecord[] = [];
  const take = (chunk: { floor: number; records: LogRecord[] }): void => {
    floor = chunk.floor;
    records.push(...chunk.records);
  };
  await readRowFile(file, take, options);
  for (const batch of batches(records)) await log.append(batch);
  await log.drop([], options.keepRevision ? floor : floor + RESTORE_REVISION_JUMP);
}
