// How far the journal of `services` has been written, and how far the hub is known to have it.
import type { SiteFolders } from '#model/site';
import { listFolder, readJsonIfPresent, readTextIfPresent } from '#platform/disk';

export interface JournalReach {
  /** `<process>/<life>`, as the hub calls it. */
  readonly stream: string;
  /** Number of the last record on disk. */
  readonly written: number;
}

const PROCESS = 'services';

/** The newest log: `<number of the life>-<word>.<first number>.log`. */
export function journalReach(folders: SiteFolders): JournalReach {
  const folder = folders.journal(PROCESS);
  const logs = listFolder(folder)
    .map((file) => /^((\d+)-\w+)\.(\d+)\.log$/.exec(file))
    .filter((match) => match !== null)
    .sort((a, b) => Number(a[2]) - Number(b[2]) || Number(a[3]) - Number(b[3]));
  const newest = logs.at(-1);
  if (!newest) return { stream: PROCESS, written: 0 };
  const text = readTextIfPresent(`${folder}/${newest[0]}`) ?? '';
  const last = [...text.matchAll(/^[0-9a-f]{8} \d+ \{"sequence":(\d+),/gm)].at(-1)?.[1];
  return { stream: `${PROCESS}/${newest[1]}`, written: last === undefined ? Number(newest[3]) - 1 : Number(last) };
}

/** The number up to which the hub is known to have a stream; told to the disk once a minute. */
export function hubHas(folders: SiteFolders, stream: string): number {
  return readJsonIfPresent<{ positions?: Record<string, number> }>(folders.journalPositions)?.positions?.[stream] ?? 0;
}
