// Records that stand for others: of kind `dropped`, with the numbers from which on they stand for what is gone, how many of
// each kind that were, as far as it is known, and why. Two that follow each other become one.
import { coveredFrom, type JournalRecord } from '#model/link';

export type DropReason =
  /** Made room for others. */
  | 'room'
  /** Became part of a sum that follows. */
  | 'merged'
  /** Cannot be read from the disk. */
  | 'damaged'
  /** Was being written when the machine ended. */
  | 'torn'
  /** The disk did not take them. */
  | 'not-taken'
  /** Was delivered once, or damaged; it is not here any more, and the hub asks for it. */
  | 'gone';

type Counts = Readonly<Record<string, number>>;

export interface DroppedBody extends Record<string, unknown> {
  readonly from: number;
  /** How many of each kind; without those whose kind nobody knows any more. */
  readonly counts: Counts;
  readonly reasons: readonly DropReason[];
}

export interface Gone {
  readonly from: number;
  readonly to: number;
  readonly at: string;
  readonly counts?: Counts;
  readonly reason: DropReason;
}

export function droppedRecord({ from, to, at, counts = {}, reason }: Gone): JournalRecord {
  return { sequence: to, at, kind: 'dropped', body: { from, counts, reasons: [reason] } satisfies DroppedBody };
}

function joined(before: JournalRecord, after: JournalRecord): JournalRecord {
  const [a, b] = [before.body as DroppedBody, after.body as DroppedBody];
  const counts: Record<string, number> = { ...a.counts };
  for (const [kind, count] of Object.entries(b.counts)) counts[kind] = (counts[kind] ?? 0) + count;
  const reasons = [...new Set([...a.reasons, ...b.reasons])].sort();
  return { ...after, body: { from: coveredFrom(before), counts, reasons } };
}

/** The same records, with one of kind `dropped` wherever several follow each other. */
export function joinDropped(records: readonly JournalRecord[]): JournalRecord[] {
  const out: JournalRecord[] = [];
  for (const record of records) {
    const last = out.at(-1);
    if (last?.kind === 'dropped' && record.kind === 'dropped') out[out.length - 1] = joined(last, record);
    else out.push(record);
  }
  return out;
}

/** The records beyond `after`, each once, with one of kind `dropped` wherever numbers are missing. `records` count up, but for
 * what stands there twice because a file was put together with its neighbour when the machine ended. */
export function withGapsTold(
  records: readonly JournalRecord[],
  after: number,
  reason: DropReason,
): readonly JournalRecord[] {
  const out: JournalRecord[] = [];
  let last = after;
  for (const record of records) {
    if (record.sequence <= last) continue;
    const from = coveredFrom(record);
    if (from > last + 1) out.push(droppedRecord({ from: last + 1, to: from - 1, at: record.at, reason }));
    // It may stand for some that are here all the same: what a disk took half of was given up, and seen.
    out.push(from <= last ? { ...record, body: { ...record.body, from: last + 1 } } : record);
    last = record.sequence;
  }
  return out;
}
