// Keeps the log files of glusterd's children small; the supervisor does that for what it started itself.
import type { Clock } from '#platform/clock';
import { fileBytes, listFolder, rotateInPlace } from '#platform/disk';
import { LOG_BYTES_MAX, LOGS_MS } from './limits.ts';

/** Where they write: commands and the self-heal daemon, bricks. */
const logFiles = (folder: string): string[] =>
  [folder, `${folder}/bricks`].flatMap((one) =>
    listFolder(one)
      .filter((name) => name.endsWith('.log'))
      .map((name) => `${one}/${name}`),
  );

export function keepGlusterLogs(of: { folder: string; clock: Clock }): { stop(): void } {
  const { folder, clock } = of;
  const look = (): void => {
    for (const file of logFiles(folder)) if (fileBytes(file) > LOG_BYTES_MAX) rotateInPlace(file);
    timer = clock.after(LOGS_MS, look, { background: true });
  };
  let timer = clock.after(LOGS_MS, look, { background: true });
  return { stop: () => timer.cancel() };
}
