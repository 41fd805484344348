// The life of a log: as long as its numbers can be counted on without doubt. A number is never given twice, because a hub that has it
// already would take what comes second for what came first, and drop it in silence. So a new life begins when the log is a copy
// (a site restored from a backup), when its end is torn, and when the hub knows more of it than there is.
import { fileBytes, fileIdentity, makeFolder, readJsonIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { lifeCount, type Segment, segmentFile, segmentsIn } from './segment-names.ts';
import { factsOf, type HeldFacts, repairSegment, trimSetAside } from './segments.ts';

export interface OpenedLife {
  readonly life: string;
  /** The next number. */
  readonly next: number;
  /** Where the next record goes. */
  readonly segment: Segment;
  /** Segments that are not appended to any more, oldest first. */
  readonly sealed: readonly HeldFacts[];
  readonly damagedBytes: number;
  readonly tornBytes: number;
}

interface LifeFile {
  readonly life: string;
  /** Of the file `life`, which a copy of the folder does not have. */
  readonly identity: string;
}

const markOf = (folder: string): string => `${folder}/life`;

function lifeIn(folder: string): string | undefined {
  try {
    const known = readJsonIfPresent<LifeFile>(`${folder}/life.json`);
    return known && known.identity === fileIdentity(markOf(folder)) ? known.life : undefined;
  } catch {
    return undefined;
  }
}

export function beginLife(folder: string, random: string): { life: string; segment: Segment } {
  const counts = segmentsIn(folder).map(({ life }) => lifeCount(life));
  const life = `${Math.max(0, ...counts) + 1}-${random}`;
  writeFileAtomic(markOf(folder), life);
  const identity = fileIdentity(markOf(folder)) ?? '';
  writeFileAtomic(`${folder}/life.json`, JSON.stringify({ life, identity } satisfies LifeFile));
  return { life, segment: { file: segmentFile(folder, life, 1), life, first: 1 } };
}

/** Opens the log in a folder: goes on with its life, or begins another; what is damaged is repaired. `random`: eight
 * hexadecimal digits. Errors: those of the system. */
export function openLife(folder: string, random: () => string): OpenedLife {
  makeFolder(folder);
  const current = lifeIn(folder);
  let damagedBytes = 0;
  let tornBytes = 0;
  const facts: HeldFacts[] = [];
  const segments = segmentsIn(folder);
  for (const segment of segments) {
    const repaired = repairSegment(segment);
    damagedBytes += repaired.damagedBytes;
    tornBytes += repaired.tornBytes;
    // What holds nothing that can be read tells nothing: its numbers are told as missing by what follows.
    if (repaired.records.length === 0) removeTree(segment.file);
    else facts.push(factsOf(segment, repaired.records));
  }
  trimSetAside(folder);
  const end = facts.at(-1);
  if (end && end.segment.life === current && tornBytes === 0)
    return {
      life: current,
      next: end.last + 1,
      segment: end.segment,
      sealed: facts.slice(0, -1),
      damagedBytes,
      tornBytes,
    };
  return { ...beginLife(folder, random()), next: 1, sealed: facts, damagedBytes, tornBytes };
}

/** Bytes of the segment that is appended to. */
export const openBytes = ({ file }: Segment): number => fileBytes(file);
