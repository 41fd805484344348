// Starts the process that keeps a node (holdfastd, or the witness's), and waits until its site is Ready.
import { WorldError } from '#base';
import type { Site, SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { removeTornNetworkResults } from '#platform/cri';
import { fileBytes, makeFolder, readFrom, readTextIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { bootId, PROGRAM_PATH, startDaemon } from '#platform/process';
import { canConnect } from '#platform/socket';
import { endGuard } from './guard.ts';
import { LAST_LINES, LOG_READ_BYTES, START_POLL_MS, SUPERVISOR_START_MS } from './limits.ts';
import { callSupervisor } from './supervisor-call.ts';

/** How to start our own programs. */
export interface Program {
  /** The Node.js binary. */
  readonly node: string;
  readonly nodeOptions: readonly string[];
  /** File of an app's bundle. */
  bundle(app: string): string;
  readonly env: Readonly<Record<string, string>>;
}

export interface StartingSupervisor {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly program: Program;
  readonly clock: Clock;
  /** The app that keeps the node; holdfastd unless it says otherwise. */
  readonly app?: string;
  /** Path of the network namespace that is the node's; absent: ours. */
  readonly networkNamespace?: string;
}

/** The failure of a holdfastd that ended while it was watched, with the last that it said. */
export function holdfastdEnded(folders: SiteFolders): WorldError {
  return new WorldError('Failed', `holdfastd ended while the site started:\n${lastLines(folders.log('holdfastd'), 0)}`);
}

function lastLines(logFile: string, from: number): string {
  const { text } = readFrom(logFile, Math.max(from, fileBytes(logFile) - LOG_READ_BYTES), LOG_READ_BYTES);
  return text.trim().split('\n').slice(-LAST_LINES).join('\n');
}

/** Errors: WorldError `Failed` with the last that it said. */
export async function startSupervisor(of: StartingSupervisor): Promise<void> {
  const { program, clock, folders, site, app = 'holdfastd', networkNamespace } = of;
  // Sockets, process records and container state of an earlier boot mean nothing any more.
  if (readTextIfPresent(folders.bootFile) !== bootId()) {
    removeTree(folders.run);
    if (site.runtime === 'containerd') removeTornNetworkResults();
    writeFileAtomic(folders.bootFile, bootId());
  }
  await endGuard(folders, clock);
  removeTree(folders.supervisorDeaths);
  makeFolder(folders.logs);
  const logFile = folders.log('holdfastd');
  const logStart = fileBytes(logFile);
  const { ended } = await startDaemon({
    argv: [program.node, ...program.nodeOptions, program.bundle(app), '--data', folders.data],
    env: { PATH: PROGRAM_PATH, HOME: '/root', LANG: 'C.UTF-8', ...program.env },
    logFile,
    ...(networkNamespace !== undefined && { networkNamespace }),
  });
  let end: string | undefined;
  void ended.then(({ code, signal }) => {
    end = signal ?? `exit code ${code}`;
  });
  const deadline = clock.monotonicMs() + SUPERVISOR_START_MS;
  while (!(await canConnect(folders.supervisorSocket))) {
    if (end !== undefined || clock.monotonicMs() > deadline) {
      const said = lastLines(logFile, logStart);
      throw new WorldError('Failed', `${app} of ${site.name} did not start (${end ?? 'no answer'}):\n${said}`);
    }
    await clock.sleep(START_POLL_MS);
  }
}

/** What is still missing when the time is over; undefined when the site is Ready. `tells`: the steps of the start too.
 * Errors: WorldError `Unavailable` when holdfastd has ended, and what it says. */
export async function waitReady(of: {
  readonly folders: SiteFolders;
  readonly tells: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
  progress(step: { readonly text: string; readonly tookMs?: number }): void;
}): Promise<readonly string[] | undefined> {
  let waitingFor: readonly string[] = ['holdfastd'];
  const watch = (async (): Promise<readonly string[] | undefined> => {
    for await (const answer of callSupervisor(of.folders, { verb: 'watch-start' })) {
      if (answer.kind === 'step' && of.tells) of.progress({ text: answer.step, tookMs: answer.tookMs });
      if (answer.kind === 'phase') {
        waitingFor = answer.waitingFor;
        if (answer.phase === 'Ready') return undefined;
      }
    }
    return waitingFor;
  })();
  let cancel = (): void => undefined;
  const timeout = new Promise<readonly string[]>((resolve) => {
    const timer = of.clock.after(of.timeoutMs, () => resolve(waitingFor));
    cancel = () => timer.cancel();
  });
  try {
    return await Promise.race([watch, timeout]);
  } finally {
    cancel();
  }
}
