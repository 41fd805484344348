// Brings a site up: makes it when there is none, starts holdfastd, waits until it is Ready, telling progress.
import { cidrParse, cidrsOverlap, diskFullError, isDiskFull, present, WorldError } from '#base';
import { type Site, type SiteFolders, switchName } from '#model/site';
import type { Clock } from '#platform/clock';
import { removeTornNetworkResults } from '#platform/cri';
import {
  fileBytes,
  makeFolder,
  readFrom,
  readTextIfPresent,
  removeFolderIfEmpty,
  removeTree,
  writeFileAtomic,
} from '#platform/disk';
import { bootId, machineCapacity, PROGRAM_PATH, startDaemon, tryLock } from '#platform/process';
import { canConnect } from '#platform/socket';
import { type Claimant, claim } from './claims.ts';
import { choosePorts, claimSimulatedPorts, createSite, type PortChoice, takenRanges } from './create-site.ts';
import { endGuard } from './guard.ts';
import { LAST_LINES, LOG_READ_BYTES, START_POLL_MS, SUPERVISOR_START_MS } from './limits.ts';
import { checkContainersPossible } from './preflight.ts';
import { removeSite } from './remove-site.ts';
import { planChange, type SiteWishes } from './site.plan.ts';
import { foldersOf, siteIfPresent, writeSite } from './site-file.ts';
import { callSupervisor, isSupervised } from './supervisor-call.ts';
import { endProcesses, removeKernelTraces } from './tear-down.ts';

/** How to start our own programs. */
export interface Program {
  /** The Node.js binary. */
  readonly node: string;
  readonly nodeOptions: readonly string[];
  /** File of an app's bundle. */
  bundle(app: string): string;
  readonly env: Readonly<Record<string, string>>;
}

export interface BringUp {
  readonly data: string;
  readonly wishes: SiteWishes;
  readonly ports?: PortChoice;
  readonly timeoutMs: number;
  readonly program: Program;
  readonly clock: Clock;
  progress(step: { readonly text: string; readonly tookMs?: number }): void;
}

export type BroughtUp =
  | { readonly kind: 'ready'; readonly site: Site; readonly folders: SiteFolders; readonly ran: boolean }
  | {
      readonly kind: 'not-ready';
      readonly site: Site;
      readonly folders: SiteFolders;
      readonly waitingFor: readonly string[];
    };

/** Takes the lock of a site, or of a hub. Errors: WorldError `Conflict` while another command holds it, `Denied`. */
export function lockFolder(folders: Pick<SiteFolders, 'data' | 'lockFile'>): { release(): void } {
  try {
    const lock = tryLock(folders.lockFile);
    if (lock.kind === 'held') return lock;
    throw new WorldError('Conflict', `another command is at work on ${folders.data} (process ${lock.holder.pid})`, {
      cure: 'wait until it has ended',
    });
  } catch (cause) {
    if (cause instanceof WorldError) throw cause;
    if (isDiskFull(cause)) throw diskFullError(folders.lockFile, cause);
    throw new WorldError('Denied', `cannot write to ${folders.data}`, {
      cure: 'run this as root, or choose another folder with --data DIR',
      cause,
    });
  }
}

/** Errors: WorldError `Invalid`, `Conflict`, `Denied`, `Unsupported`, `Failed`. */
export async function bringUp(of: BringUp): Promise<BroughtUp> {
  const folders = foldersOf(of.data);
  const known = siteIfPresent(of.data);
  const lock = lockFolder(folders);
  try {
    const ran = known !== undefined && (await isSupervised(folders));
    const site = known ? await takeUp(of, folders, known.site, ran) : await makeSite(of, folders);
    try {
      if (!ran) await startSupervisor(of, folders, site);
      return await waitReady(of, folders, site, ran);
    } catch (error) {
      const told = error instanceof WorldError && error.code === 'Unavailable' ? holdfastdEnded(folders) : error;
      if (!ran) await takeBack(of, folders, site, known !== undefined);
      throw told;
    }
  } finally {
    lock.release();
  }
}

async function makeSite(of: BringUp, folders: SiteFolders): Promise<Site> {
  try {
    if (of.wishes.runtime !== 'simulated') await checkContainersPossible();
    const site = await createSite({ ...of, folders });
    of.progress({ text: `site ${site.name} made in ${folders.data}` });
    return site;
  } catch (error) {
    removeTree(folders.lockFile);
    removeFolderIfEmpty(folders.data);
    throw error;
  }
}

/** The failure of a holdfastd that ended while it was watched, with the last that it said. */
function holdfastdEnded(folders: SiteFolders): WorldError {
  return new WorldError('Failed', `holdfastd ended while the site started:\n${lastLines(folders.log('holdfastd'), 0)}`);
}

function lastLines(logFile: string, from: number): string {
  const { text } = readFrom(logFile, Math.max(from, fileBytes(logFile) - LOG_READ_BYTES), LOG_READ_BYTES);
  return text.trim().split('\n').slice(-LAST_LINES).join('\n');
}

/** Removes what a failed start has left; of a site that was made just now, everything. */
async function takeBack(of: BringUp, folders: SiteFolders, site: Site, wasKnown: boolean): Promise<void> {
  await endProcesses({ site, folders, clock: of.clock, graceMs: 0 });
  await removeKernelTraces(site, folders);
  removeTree(folders.run);
  if (!wasKnown) await removeSite(folders);
}

/** An existing site, with the wishes that it can take up. */
async function takeUp(of: BringUp, folders: SiteFolders, site: Site, running: boolean): Promise<Site> {
  const change = planChange(site, of.wishes, machineCapacity());
  if (change.refused.length > 0)
    throw new WorldError(
      'Conflict',
      `the site ${site.name} keeps what it was made with: ${change.refused.join(', ')}`,
      {
        cure: 'leave these options out, or make another site with --data DIR',
      },
    );
  if (running) {
    if (change.taken.length > 0)
      throw new WorldError(
        'Conflict',
        `the site runs; ${change.taken.join(', ')} can only be taken up when it starts`,
        {
          cure: 'holdfast down --keep-pods, then this command again',
        },
      );
    return site;
  }
  let next = change.site;
  const by = { data: folders.data, clock: of.clock };
  if (next.runtime === 'containerd') {
    await checkContainersPossible();
    await checkSubnet(next, by);
  } else claimSimulatedPorts(next, by);
  // An address that the site has had may be away for now; then it comes up without, and says so.
  if (next.outsideAddress && (of.ports !== undefined || next.outsideAddress !== site.outsideAddress))
    next = { ...next, ports: await choosePorts([next.outsideAddress], of.ports ?? 'default', { from: next.ports }) };
  if (next !== site) writeSite(folders, next);
  return next;
}

async function checkSubnet(site: Site, by: Claimant): Promise<void> {
  const subnet = present(cidrParse(site.network.subnet), 'a site has a valid subnet');
  const clash = (await takenRanges(switchName(site))).find(({ range }) => cidrsOverlap(range, subnet));
  if (clash || !claim('subnets', site.network.subnet, by))
    throw new WorldError(
      'Conflict',
      `the site's subnet ${site.network.subnet} is in use (${clash?.by ?? 'another site'})`,
      {
        cure: 'free it, or make another site with --data DIR',
      },
    );
}

async function startSupervisor(of: BringUp, folders: SiteFolders, site: Site): Promise<void> {
  const { program, clock } = of;
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
    argv: [program.node, ...program.nodeOptions, program.bundle('holdfastd'), '--data', folders.data],
    env: { PATH: PROGRAM_PATH, HOME: '/root', LANG: 'C.UTF-8', ...program.env },
    logFile,
  });
  let end: string | undefined;
  void ended.then(({ code, signal }) => {
    end = signal ?? `exit code ${code}`;
  });
  const deadline = clock.monotonicMs() + SUPERVISOR_START_MS;
  while (!(await canConnect(folders.supervisorSocket))) {
    if (end !== undefined || clock.monotonicMs() > deadline) {
      const said = lastLines(logFile, logStart);
      throw new WorldError('Failed', `holdfastd of ${site.name} did not start (${end ?? 'no answer'}):\n${said}`);
    }
    await clock.sleep(START_POLL_MS);
  }
}

async function waitReady(of: BringUp, folders: SiteFolders, site: Site, ran: boolean): Promise<BroughtUp> {
  let waitingFor: readonly string[] = ['holdfastd'];
  const watch = (async (): Promise<BroughtUp> => {
    for await (const answer of callSupervisor(folders, { verb: 'watch-start' })) {
      if (answer.kind === 'step' && !ran) of.progress({ text: answer.step, tookMs: answer.tookMs });
      if (answer.kind === 'phase') {
        waitingFor = answer.waitingFor;
        if (answer.phase === 'Ready') return { kind: 'ready', site, folders, ran };
      }
    }
    return { kind: 'not-ready', site, folders, waitingFor };
  })();
  let cancel = (): void => undefined;
  const timeout = new Promise<BroughtUp>((resolve) => {
    const timer = of.clock.after(of.timeoutMs, () => resolve({ kind: 'not-ready', site, folders, waitingFor }));
    cancel = () => timer.cancel();
  });
  try {
    return await Promise.race([watch, timeout]);
  } finally {
    cancel();
  }
}
