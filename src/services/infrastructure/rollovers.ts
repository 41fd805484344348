// How far the replacement of each authority is, on disk. Where the file is lost or damaged it is told from the generations
// that are there: with two of one authority both are trusted, and the newer one signs.
import { WorldError } from '#base';
import { FIRST_GENERATION, LINES, type Line, type Rollover, retiring } from '#engine/certificates';
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import type { Generations } from './generations.ts';

export type Rollovers = Readonly<Record<Line, Rollover>>;

interface RolloversFile {
  readonly version: number;
  readonly lines: Partial<Rollovers>;
}

const VERSION = 1;
const fileIn = (folder: string): string => `${folder}/rollovers.json`;

function stored(folder: string): Partial<Rollovers> {
  try {
    return readJsonIfPresent<RolloversFile>(fileIn(folder))?.lines ?? {};
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Corrupt') return {};
    throw error;
  }
}

export function readRollovers(folder: string, generations: Generations, now: number): Rollovers {
  const known = stored(folder);
  const inferred = (line: Line): Rollover => {
    const numbers = generations.numbers(line);
    const [current, previous] = [numbers.at(-1), numbers.at(-2)];
    if (current === undefined) return FIRST_GENERATION;
    return previous === undefined
      ? { phase: 'steady', current }
      : retiring({ current, previous, neededUntilMs: 0 }, now);
  };
  return Object.fromEntries(LINES.map((line) => [line, known[line] ?? inferred(line)])) as Rollovers;
}

export function writeRollovers(folder: string, lines: Rollovers): void {
  writeFileAtomic(fileIn(folder), JSON.stringify({ version: VERSION, lines } satisfies RolloversFile));
}
