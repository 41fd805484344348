// What every app of a site is started with: the data folder on the command line, and from it the site and its certificates.
import { parseArgs } from 'node:util';
import { WorldError, type WorldErrorCode } from '#base';
import { type OpenedSite, openSite } from '#host';
import type { SiteFolders } from '#model/site';
import { type SiteClock, siteClock } from '#platform/clock';
import { readJsonIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { jsonLog, type Log } from '#platform/log';
import type { LineServer } from '#platform/socket';
import { type ErrorAnswer, errorAnswer } from './error-answer.ts';
import { answerLiveness } from './liveness.ts';

export interface AppStart extends OpenedSite {
  readonly log: Log;
  /** The site's time. */
  readonly clock: SiteClock;
  /** The machine that the app works for, when it was named. */
  readonly machine?: string;
  /** From now on the app answers the supervisor that it does its work, each time when `proof` has resolved. */
  ready(proof?: () => Promise<void>): Promise<LineServer>;
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
    log.error(error instanceof WorldError ? 'this process cannot go on' : 'a bug ended this process', { error });
    if (error instanceof WorldError && LASTING.has(error.code)) tellFailure(opened.folders, processName, error);
    process.exit(1);
  });
  return {
    ...opened,
    log,
    clock: siteClock({ file: opened.folders.clockFile }),
    machine: values.machine,
    ready: (proof) => {
      removeTree(opened.folders.failure(processName));
      return answerLiveness({ folders: opened.folders, processName }, proof);
    },
  };
}

/** What trying again does not mend. */
const LASTING: ReadonlySet<WorldErrorCode> = new Set(['Corrupt', 'Unsupported', 'Denied']);

function tellFailure(folders: SiteFolders, processName: string, error: WorldError): void {
  try {
    writeFileAtomic(folders.failure(processName), JSON.stringify(errorAnswer(error)));
  } catch {
    // The log has it.
  }
}

/** Why a process cannot start, as it said itself; undefined when it said nothing. */
export function failureOf(folders: SiteFolders, processName: string): ErrorAnswer | undefined {
  try {
    return readJsonIfPresent<ErrorAnswer>(folders.failure(processName));
  } catch {
    return undefined;
  }
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
