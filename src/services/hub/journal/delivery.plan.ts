// What becomes of a delivery, given how far its stream is known: which records are new, and where the stream ends then.
// A record counts once: what is not beyond the position was taken in before. Nothing may be missing between the position and
// the first new record, unless a record of kind `dropped` says that it is gone; of what that one says, only what is not here counts.
import { coveredFrom, type JournalRecord } from '#model/link';

export type DeliveryPlan =
  | { readonly kind: 'nothing-new' }
  | { readonly kind: 'take'; readonly records: readonly JournalRecord[]; readonly acknowledged: number }
  /** The first and the last sequence number that are missing. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

/** `records` must count up without gaps; see {@link deliveryProblem}. */
export function planDelivery(records: readonly JournalRecord[], acknowledged: number): DeliveryPlan {
  const fresh = records.filter((record) => record.sequence > acknowledged);
  const [first] = fresh;
  const last = fresh.at(-1);
  if (!first || !last) return { kind: 'nothing-new' };
  const from = coveredFrom(first);
  if (from > acknowledged + 1) return { kind: 'gap', from: acknowledged + 1, to: from - 1 };
  const beyond = from <= acknowledged ? { ...first, body: { ...first.body, from: acknowledged + 1 } } : first;
  return { kind: 'take', records: [beyond, ...fresh.slice(1)], acknowledged: last.sequence };
}

/** Where a delivery does not count up without gaps, or undefined. */
export function deliveryProblem(records: readonly JournalRecord[]): string | undefined {
  for (const [i, record] of records.entries()) {
    const before = records[i - 1];
    if (before && coveredFrom(record) !== before.sequence + 1)
      return `record ${record.sequence} does not follow ${before.sequence}`;
  }
  return undefined;
}
