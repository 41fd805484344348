// The streams that stand in the folders of all processes, as whoever delivers them sees them.
import { fileBytes, listFolder, readBytes, syncFile } from '#platform/disk';
import { streamOf } from './positions.ts';
import { type KeptRecord, readLines } from './record-line.ts';
import { type Segment, segmentsIn } from './segment-names.ts';
import { readSegment } from './segments.ts';

export interface Stream {
  readonly name: string;
  /** Whether it is the newest of its process. */
  readonly current: boolean;
  /** Oldest first. */
  readonly segments: readonly Segment[];
}

export function streamsIn(folder: string): Stream[] {
  return listFolder(folder).flatMap((process) => {
    const byLife = new Map<string, Segment[]>();
    for (const segment of segmentsIn(`${folder}/${process}`))
      byLife.set(segment.life, [...(byLife.get(segment.life) ?? []), segment]);
    const lives = [...byLife];
    return lives.map(([life, segments], i) => ({
      name: streamOf(process, life),
      current: i === lives.length - 1,
      segments,
    }));
  });
}

/** Records beyond `after` that are on the disk, at least `bytesMin` of them when there are as many. What is appended meanwhile is
 * left for the next time. Errors: ENOENT when a segment went while it was read. */
export async function recordsAfter(
  { segments }: Stream,
  after: number,
  bytesMin: number,
): Promise<readonly KeptRecord[]> {
  const records: KeptRecord[] = [];
  const from = segments.findLastIndex(({ first }) => first <= after + 1);
  let bytes = 0;
  for (const segment of segments.slice(Math.max(0, from))) {
    const size = fileBytes(segment.file);
    if (segment === segments.at(-1)) await syncFile(segment.file);
    const beyond = readLines(readBytes(segment.file).subarray(0, size)).records.filter((one) => one.sequence > after);
    records.push(...beyond);
    bytes += beyond.reduce((sum, record) => sum + record.bytes, 0);
    if (bytes >= bytesMin) break;
  }
  return records;
}

/** Another value whenever something was appended. */
export function endOf({ segments }: Stream): string {
  const last = segments.at(-1);
  return last ? `${last.file} ${fileBytes(last.file)}` : '';
}

/** The last number that is there; 0 when there is none. */
export function lastIn({ segments }: Stream): number {
  for (const segment of segments.toReversed()) {
    const last = readSegment(segment).records.at(-1)?.sequence;
    if (last !== undefined) return last;
  }
  return 0;
}
