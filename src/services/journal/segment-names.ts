// The files of one process's journal: `<life>.<first number>.log`, each the next part of the log of one life. A life is
// `<count>-<random>`: the count orders them, the rest tells a log from another one that began at the same count.
import { listFolder } from '#platform/disk';

export interface Segment {
  readonly file: string;
  readonly life: string;
  /** The first number that it may hold. */
  readonly first: number;
}

const NAME = /^(([0-9]+)-[0-9a-f]{8})\.([0-9]{12})\.log$/;

export const lifeCount = (life: string): number => Number(life.split('-')[0]);

export const segmentFile = (folder: string, life: string, first: number): string =>
  `${folder}/${life}.${String(first).padStart(12, '0')}.log`;

/** Oldest first. */
export function segmentsIn(folder: string): Segment[] {
  return listFolder(folder)
    .flatMap((name): Segment[] => {
      const match = NAME.exec(name);
      return match ? [{ file: `${folder}/${name}`, life: match[1] ?? '', first: Number(match[3]) }] : [];
    })
    .sort((a, b) => lifeCount(a.life) - lifeCount(b.life) || a.life.localeCompare(b.life) || a.first - b.first);
}
