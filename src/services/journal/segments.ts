// What segments hold: read, written whole or not at all, repaired, and summed up for whoever makes room.
import type { JournalKind, JournalRecord } from '#model/link';
import { fileBytes, listFolder, readBytes, removeTree, writeFileAtomic } from '#platform/disk';
import { joinDropped, withGapsTold } from './dropped.ts';
import { DAMAGED_FILES_KEPT } from './limits.ts';
import { type KeptRecord, type ReadLines, readLines, recordLine } from './record-line.ts';
import type { SegmentFacts } from './room.plan.ts';
import type { Segment } from './segment-names.ts';
import type { UsageBody } from './usage-sum.ts';

const DAMAGED = '.damaged';

export const readSegment = ({ file }: Segment): ReadLines => readLines(readBytes(file));

/** Replaces what a segment holds, whole or not at all. */
export function writeSegment({ file, first }: Segment, records: readonly JournalRecord[]): readonly KeptRecord[] {
  const whole = joinDropped(withGapsTold(records, first - 1, 'damaged'));
  const lines = whole.map(recordLine);
  writeFileAtomic(file, lines.join(''));
  return whole.map((record, i) => ({ ...record, bytes: Buffer.byteLength(lines[i] ?? '') }));
}

export interface Repaired {
  readonly records: readonly KeptRecord[];
  /** Bytes before a whole record that are none. */
  readonly damagedBytes: number;
  /** Bytes after the last whole record. */
  readonly tornBytes: number;
}

/** Reads a segment, and makes it whole when it is not: what cannot be read is set aside as `<name>.damaged`. */
export function repairSegment(segment: Segment): Repaired {
  const { records, damagedBytes, wholeBytes } = readSegment(segment);
  const tornBytes = fileBytes(segment.file) - wholeBytes;
  if (damagedBytes === 0 && tornBytes === 0) return { records, damagedBytes, tornBytes };
  writeFileAtomic(`${segment.file}${DAMAGED}`, readBytes(segment.file));
  const whole = writeSegment(segment, records);
  return { records: whole, damagedBytes, tornBytes };
}

/** Keeps the newest few of what was set aside. */
export function trimSetAside(folder: string): void {
  const names = listFolder(folder).filter((name) => name.endsWith(DAMAGED));
  for (const name of names.slice(0, -DAMAGED_FILES_KEPT)) removeTree(`${folder}/${name}`);
}

/** What {@link planRoom} has to know, but whether the hub has it. */
export type HeldFacts = Omit<SegmentFacts, 'delivered'> & { readonly segment: Segment; readonly last: number };

export function factsOf(segment: Segment, records: readonly KeptRecord[]): HeldFacts {
  const bytes: Record<JournalKind | 'dropped', number> = { telemetry: 0, event: 0, usage: 0, audit: 0, dropped: 0 };
  const days = new Set<string>();
  let usageRecords = 0;
  for (const { kind, body, bytes: own } of records) {
    bytes[kind] += own;
    if (kind !== 'usage') continue;
    usageRecords++;
    days.add(String((body as UsageBody).from).slice(0, 10));
  }
  const last = records.at(-1)?.sequence ?? segment.first - 1;
  return { file: segment.file, segment, last, bytes, usage: { records: usageRecords, days: days.size } };
}
