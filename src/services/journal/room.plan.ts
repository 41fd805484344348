// Decides what goes when a journal is larger than it may be. Oldest first within each step, and no further than needed:
//
//   1  what the hub has                 whole segments
//   2  telemetry                        counted in its place
//   3  events                           counted in their place
//   4  usage                            never lost: summed to one record a day
//   5  audit                            only while the disk itself is about to be full
//
// What the hub has also goes when it takes more than its share, so that a site with a good link stays small.
import type { JournalKind } from '#model/link';
import { DELIVERED_KEPT_SHARE, DROPPED_RECORD_BYTES, JOURNAL_ROOM_SHARE } from './limits.ts';

/** A segment that is not appended to any more. */
export interface SegmentFacts {
  readonly file: string;
  /** The hub has all of it. */
  readonly delivered: boolean;
  readonly bytes: Readonly<Record<JournalKind | 'dropped', number>>;
  /** Usage records, and days that they are of. */
  readonly usage: { readonly records: number; readonly days: number };
}

export type RoomStep =
  | { readonly act: 'remove'; readonly file: string }
  | { readonly act: 'strip'; readonly file: string; readonly drop: readonly JournalKind[]; readonly sumUsage: boolean };

export interface RoomQuestion {
  /** Oldest first. */
  readonly segments: readonly SegmentFacts[];
  /** What the segment takes that is appended to. */
  readonly openBytes: number;
  readonly bytesMax: number;
  readonly diskIsLow: boolean;
}

const bytesOf = ({ bytes }: SegmentFacts): number => Object.values(bytes).reduce((sum, one) => sum + one, 0);

/** Usage that sums would save. */
function usageGain({ bytes, usage }: SegmentFacts): number {
  return usage.records > usage.days ? Math.floor((bytes.usage * (usage.records - usage.days)) / usage.records) : 0;
}

export function planRoom({ segments, openBytes, bytesMax, diskIsLow }: RoomQuestion): RoomStep[] {
  const removed = new Set<SegmentFacts>();
  let total = openBytes + segments.reduce((sum, segment) => sum + bytesOf(segment), 0);
  const target = total > bytesMax ? bytesMax * JOURNAL_ROOM_SHARE : Number.POSITIVE_INFINITY;
  let delivered = segments.reduce((sum, segment) => sum + (segment.delivered ? bytesOf(segment) : 0), 0);
  for (const segment of segments) {
    if (!segment.delivered || (total <= target && delivered <= bytesMax * DELIVERED_KEPT_SHARE)) continue;
    removed.add(segment);
    total -= bytesOf(segment);
    delivered -= bytesOf(segment);
  }

  const strips = new Map<SegmentFacts, { drop: JournalKind[]; sumUsage: boolean }>();
  const left = segments.filter((segment) => !removed.has(segment));
  const strip = (gainOf: (segment: SegmentFacts) => number, mark: (of: { drop: JournalKind[] }) => object): void => {
    for (const segment of left) {
      if (total <= target) return;
      const gain = gainOf(segment);
      if (gain <= 0) continue;
      const before = strips.get(segment) ?? { drop: [], sumUsage: false };
      strips.set(segment, { ...before, ...mark(before) });
      total -= gain;
    }
  };
  const dropping = (kind: JournalKind): void =>
    strip(
      ({ bytes }) => bytes[kind] - DROPPED_RECORD_BYTES,
      ({ drop }) => ({ drop: [...drop, kind] }),
    );
  dropping('telemetry');
  dropping('event');
  strip(usageGain, () => ({ sumUsage: true }));
  if (diskIsLow) dropping('audit');
  return segments.flatMap((segment): RoomStep[] => {
    const { file } = segment;
    const stripped = strips.get(segment);
    if (removed.has(segment)) return [{ act: 'remove', file }];
    return stripped ? [{ act: 'strip', file, ...stripped }] : [];
  });
}
