// Stops a site with its data kept, or removes it altogether.
import { WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { removeTree } from '#platform/disk';
import { lockSite } from './bring-up.ts';
import { removeSite } from './remove-site.ts';
import { openSite } from './site-file.ts';
import { callSupervisor } from './supervisor-call.ts';
import { endProcesses, recordedProcesses, removeKernelTraces } from './tear-down.ts';

export interface TakeDown {
  readonly data: string;
  readonly clock: Clock;
  progress(text: string): void;
}

/** Asks holdfastd to end its processes in order. False when it does not run. */
async function askToStop(folders: SiteFolders, keepPods: boolean, progress: (text: string) => void): Promise<boolean> {
  try {
    for await (const answer of callSupervisor(folders, { verb: 'stop', keepPods }))
      if (answer.kind === 'step') progress(answer.step);
    return true;
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Unavailable') return false;
    throw error;
  }
}

/** Stops the site. `keepPods` leaves containers, their containerd and the network as they are. Stopping a stopped site is fine. */
export async function takeDown(of: TakeDown & { keepPods: boolean }): Promise<{ readonly ran: boolean }> {
  const { site, folders } = openSite(of.data);
  const lock = lockSite(folders);
  try {
    const ran =
      (await askToStop(folders, of.keepPods, of.progress)) || Object.keys(recordedProcesses(folders)).length > 0;
    if (of.keepPods) return { ran };
    await endProcesses({ site, folders, clock: of.clock });
    await removeKernelTraces(site, folders);
    removeTree(folders.run);
    return { ran };
  } finally {
    lock.release();
  }
}

/** Removes everything of the site. Errors: WorldError `NotFound` when there is none. */
export async function destroySite(of: TakeDown): Promise<void> {
  const { site, folders } = openSite(of.data);
  const lock = lockSite(folders);
  try {
    await askToStop(folders, false, of.progress);
    await endProcesses({ site, folders, clock: of.clock, graceMs: 0 });
    of.progress('processes ended');
    await removeKernelTraces(site, folders);
    of.progress('network, mounts and control groups removed');
    removeSite(site, folders);
    of.progress(`${folders.data} removed`);
  } finally {
    lock.release();
  }
}
