// The process of a watchdog, for whoever supervises it: what it is run from is written anew, and it is ready when it answers.
import path from 'node:path';
import type { Clock } from '#platform/clock';
import { readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { WatchdogConnection } from './connection.ts';
import type { WatchdogTargets } from './contract.ts';
import { ANSWER_MS_MAX } from './limits.ts';
import { WATCHDOG_SCRIPT, WATCHDOG_START } from './script.ts';
import { stateLine, targetsLine } from './wire.ts';

export interface WatchdogProcessOptions {
  /** Where its files stand: the run folder. */
  readonly folder: string;
  readonly socket: string;
  /** What it has until it is told others. */
  readonly targets: WatchdogTargets;
  readonly clock: Clock;
  /** Where control groups are mounted. */
  readonly cgroups?: string;
}

export interface WatchdogProcess {
  /** To be run in the network namespace of its links, with `mount` and `chrt` in the path, and put into no control group: it
   * moves itself to the top, because real-time processes may not run elsewhere on every kernel. */
  readonly argv: readonly string[];
  isReady(): Promise<boolean>;
  /** Rejects when it does not answer in time. */
  answers(): Promise<void>;
}

/** Errors: WorldError `Exhausted` on a full disk. */
export function watchdogProcess(of: WatchdogProcessOptions): WatchdogProcess {
  const { folder, socket, targets, clock, cgroups = '/sys/fs/cgroup' } = of;
  const script = path.join(folder, 'watchdog.pl');
  const aims = path.join(folder, 'watchdog.targets');
  for (const [file, text] of [
    [script, WATCHDOG_SCRIPT],
    [aims, targetsLine(0, targets)],
  ] as const)
    if (readTextIfPresent(file) !== text) writeFileAtomic(file, text);
  return {
    argv: ['/bin/sh', '-c', WATCHDOG_START, 'watchdog', script, socket, aims, cgroups],
    isReady: () => isAnswering(socket, clock),
    answers: async () => {
      if (!(await isAnswering(socket, clock))) throw new Error(`the watchdog does not answer at ${socket}`);
    },
  };
}

function isAnswering(socket: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = new WatchdogConnection(socket, {
      connected: () =>
        connection.send(stateLine, (answer) => {
          resolve(answer !== undefined);
          connection.close();
        }),
      ended: () => {
        timer.cancel();
        resolve(false);
      },
    });
    const timer = clock.after(ANSWER_MS_MAX, () => connection.close());
  });
}
