// What becomes of the records of one segment when room is made: kinds that go are told by records of kind `dropped` in their
// place, and usage becomes one record a day. Every number that the segment stood for, it still stands for. What the hub has already is
// part of no sum, or it would be counted twice.
import { coveredFrom, type JournalKind, type JournalRecord } from '#model/link';
import { droppedRecord, joinDropped } from './dropped.ts';
import { type UsageBody, usageSum } from './usage-sum.ts';

export interface Strip {
  readonly drop: readonly JournalKind[];
  readonly sumUsage: boolean;
  /** How far the hub has it, as it last said. */
  readonly deliveredTo?: number;
}

const dayOf = (record: JournalRecord): string => String((record.body as UsageBody).from).slice(0, 10);

/** Usage of the same day becomes one record, in the place of the last of them. */
function summed(records: readonly JournalRecord[], deliveredTo: number): JournalRecord[] {
  const isSummed = ({ kind, sequence }: JournalRecord): boolean => kind === 'usage' && sequence > deliveredTo;
  const lastOfDay = new Map<string, JournalRecord>();
  const sums = new Map<string, UsageBody>();
  for (const record of records) {
    if (!isSummed(record)) continue;
    const day = dayOf(record);
    const before = sums.get(day);
    sums.set(day, before ? usageSum(before, record.body as UsageBody) : (record.body as UsageBody));
    lastOfDay.set(day, record);
  }
  return records.map((record) => {
    if (!isSummed(record)) return record;
    const day = dayOf(record);
    if (lastOfDay.get(day) === record) return { ...record, body: sums.get(day) ?? record.body };
    return droppedRecord({ from: record.sequence, to: record.sequence, at: record.at, reason: 'merged' });
  });
}

export function stripRecords(
  records: readonly JournalRecord[],
  { drop, sumUsage, deliveredTo = 0 }: Strip,
): JournalRecord[] {
  const kept = (sumUsage ? summed(records, deliveredTo) : records).map((record) => {
    if (record.kind === 'dropped' || !drop.includes(record.kind)) return record;
    const { sequence, at, kind } = record;
    return droppedRecord({ from: coveredFrom(record), to: sequence, at, counts: { [kind]: 1 }, reason: 'room' });
  });
  return joinDropped(kept);
}
