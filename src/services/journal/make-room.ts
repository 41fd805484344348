// Makes room in a journal as planned, and puts small segments together with their neighbours.

import type { JournalPositions } from '#model/link';
import { removeTree } from '#platform/disk';
import { AUDIT_DISK_FREE_BYTES_MIN, SEGMENT_BYTES_MAX, SEGMENT_BYTES_SMALL } from './limits.ts';
import { streamOf } from './positions.ts';
import { planRoom } from './room.plan.ts';
import { factsOf, type HeldFacts, readSegment, writeSegment } from './segments.ts';
import { stripRecords } from './strip.plan.ts';

export interface RoomIn {
  readonly process: string;
  readonly sealed: readonly HeldFacts[];
  readonly openBytes: number;
  readonly bytesMax: number;
  readonly positions: JournalPositions;
  readonly freeDiskBytes: number;
}

export interface RoomMade {
  readonly sealed: readonly HeldFacts[];
  /** Whether something went that the hub does not have. */
  readonly dropped: boolean;
}

const bytesOf = ({ bytes }: HeldFacts): number => Object.values(bytes).reduce((sum, one) => sum + one, 0);

/** Errors: those of the system; what was done stays done, and the next pass goes on. */
export function makeRoom({ process, sealed, openBytes, bytesMax, positions, freeDiskBytes }: RoomIn): RoomMade {
  const deliveredTo = ({ segment }: HeldFacts): number => positions[streamOf(process, segment.life)] ?? 0;
  const steps = planRoom({
    segments: sealed.map((facts) => ({ ...facts, delivered: facts.last <= deliveredTo(facts) })),
    openBytes,
    bytesMax,
    diskIsLow: freeDiskBytes < AUDIT_DISK_FREE_BYTES_MIN,
  });
  const stepOf = new Map(steps.map((step) => [step.file, step]));
  const left = sealed.flatMap((facts): HeldFacts[] => {
    const step = stepOf.get(facts.file);
    if (!step) return [facts];
    if (step.act === 'strip') {
      const stripped = stripRecords(readSegment(facts.segment).records, { ...step, deliveredTo: deliveredTo(facts) });
      return [factsOf(facts.segment, writeSegment(facts.segment, stripped))];
    }
    removeTree(facts.file);
    return [];
  });
  const dropped = steps.some((step) => step.act === 'strip' && step.drop.length > 0);
  return { sealed: joinSmall(left), dropped };
}

/** The second of two is removed after the first holds both; until then its records stand twice, which readers see by number. */
function joinSmall(sealed: readonly HeldFacts[]): HeldFacts[] {
  const out: HeldFacts[] = [];
  for (const facts of sealed) {
    const before = out.at(-1);
    if (!before || !belongTogether(before, facts)) {
      out.push(facts);
      continue;
    }
    const records = [...readSegment(before.segment).records, ...readSegment(facts.segment).records];
    out[out.length - 1] = factsOf(before.segment, writeSegment(before.segment, records));
    removeTree(facts.file);
  }
  return out;
}

function belongTogether(a: HeldFacts, b: HeldFacts): boolean {
  return (
    a.segment.life === b.segment.life &&
    Math.min(bytesOf(a), bytesOf(b)) < SEGMENT_BYTES_SMALL &&
    bytesOf(a) + bytesOf(b) <= SEGMENT_BYTES_MAX
  );
}
