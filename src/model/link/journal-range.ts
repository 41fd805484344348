// Which sequence numbers a record of the journal stands for: its own, and for one of kind `dropped` also those before it
// that are gone for good.
import type { JournalRecord } from './messages.ts';

/** The first sequence number that a record stands for. */
export function coveredFrom(record: JournalRecord): number {
  const from = record.kind === 'dropped' ? record.body.from : undefined;
  return typeof from === 'number' && Number.isInteger(from) && from >= 1 && from <= record.sequence
    ? from
    : record.sequence;
}
