// How far each stream is at the hub, as it last told, in a file that the link writes and every journal reads. It is a memory of
// what the hub says, never the truth: losing it costs a second delivery that the hub takes for what it is.
import type { JournalPositions } from '#model/link';
import { readJsonIfPresent } from '#platform/disk';

export interface KnownPositions {
  readonly positions: JournalPositions;
  /** Streams of which the hub has more than there is here: their life is over. */
  readonly ahead: readonly string[];
}

export function readPositions(file: string): KnownPositions {
  try {
    const { positions = {}, ahead = [] } = readJsonIfPresent<Partial<KnownPositions>>(file) ?? {};
    return { positions, ahead };
  } catch {
    return { positions: {}, ahead: [] };
  }
}

export const streamOf = (process: string, life: string): string => `${process}/${life}`;
