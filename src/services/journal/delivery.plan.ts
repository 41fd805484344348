// Decides what one delivery holds, and what the hub's word on a stream means.
//
//   the hub's position   against what is here      means
//   behind               records are here          they are sent again, and taken once
//   behind               they are gone             one record tells the gap
//   ahead                -                         what is here is an old copy: the life is over
import { JOURNAL_BATCH_BYTES_MAX, type JournalRecord } from '#model/link';
import { withGapsTold } from './dropped.ts';
import { recordLine } from './record-line.ts';

/** The records beyond `after` that fit into one delivery, in order, without gaps; at least one when there are any. */
export function planBatch(
  records: readonly JournalRecord[],
  after: number,
  bytesMax = JOURNAL_BATCH_BYTES_MAX,
): JournalRecord[] {
  const batch: JournalRecord[] = [];
  let bytes = 0;
  for (const { sequence, at, kind, body } of withGapsTold(records, after, 'gone')) {
    const record = { sequence, at, kind, body };
    bytes += Buffer.byteLength(recordLine(record));
    if (batch.length > 0 && bytes > bytesMax) break;
    batch.push(record);
  }
  return batch;
}

/** Those that were asked longest ago first; among them as they come, which is older lives first. */
export function planTurns<S extends { readonly name: string }>(
  streams: readonly S[],
  turnOf: ReadonlyMap<string, number>,
): S[] {
  const turn = ({ name }: S): number => turnOf.get(name) ?? 0;
  return [...streams].sort((a, b) => turn(a) - turn(b));
}
