// What every app of a site is started with: the data folder on the command line, and from it the site and its certificates.
import { parseArgs } from 'node:util';
import { type OpenedSite, openSite } from '#host';
import { writeFileAtomic } from '#platform/disk';
import { jsonLog, type Log } from '#platform/log';

export interface AppStart extends OpenedSite {
  readonly log: Log;
  /** The machine that the app works for, when it was named. */
  readonly machine?: string;
  /** Tells the supervisor that the app does its work. */
  ready(): void;
}

/** The process of the app `node` that works for a machine, as `status` and `logs` call it. */
export const machineProcessName = (machine: string): string => `agent-${machine}`;

/** Reads `--data DIR [--machine NAME]`. `processName` is the app's name in status, or the machine's. */
export function appStart(app: string): AppStart {
  const { values } = parseArgs({ options: { data: { type: 'string' }, machine: { type: 'string' } } });
  const opened = openSite(values.data ?? '');
  const processName = values.machine ? machineProcessName(values.machine) : app;
  const log = jsonLog({ component: processName });
  // A bug ends the process, with one line that says where; the supervisor starts it again.
  process.on('uncaughtException', (error) => {
    log.error('a bug ended this process', { error });
    process.exit(1);
  });
  return {
    ...opened,
    log,
    machine: values.machine,
    ready: () => writeFileAtomic(opened.folders.ready(processName), String(process.pid)),
  };
}

/** Stops in an orderly way when asked to, once. */
export function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      stop()
        .catch((error) => log.error('stopping failed', { error }))
        .finally(() => process.exit(0));
    });
}
