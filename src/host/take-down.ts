// Stops a site with its data kept, or removes it altogether.
import { WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { removeNetworkResults } from '#platform/cri';
import { removeTree } from '#platform/disk';
import { lockFolder } from './bring-up.ts';
import { everyStep } from './every-step.ts';
import { endGuard } from './guard.ts';
import { recordedProcesses } from './recorded-processes.ts';
import { removeSite } from './remove-site.ts';
import { removeUnit } from './service-unit.ts';
import { openSite } from './site-file.ts';
import { callSupervisor } from './supervisor-call.ts';
import { endProcesses, removeKernelTraces } from './tear-down.ts';

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
  const lock = lockFolder(folders);
  try {
    const ran =
      (await askToStop(folders, of.keepPods, of.progress)) || Object.keys(recordedProcesses(folders)).length > 0;
    await endGuard(folders, of.clock);
    if (of.keepPods) return { ran };
    await endProcesses({ site, folders, clock: of.clock });
    await removeKernelTraces(site, folders);
    removeTree(folders.run);
    return { ran };
  } finally {
    lock.release();
  }
}

/** Removes everything of the site that can be removed.
 * Errors: WorldError `NotFound` when there is none, `Failed` with all that stays. */
export async function destroySite(of: TakeDown): Promise<void> {
  const { site, folders } = openSite(of.data);
  const lock = lockFolder(folders);
  try {
    const steps = everyStep();
    const tell = async (done: string, act: () => unknown): Promise<void> => {
      if (await steps.step(act)) of.progress(done);
    };
    await steps.step(() => askToStop(folders, false, of.progress));
    await steps.step(async () => (await removeUnit(site)) && of.progress('systemd unit removed'));
    await tell('processes ended', () => endProcesses({ site, folders, clock: of.clock, graceMs: 0 }));
    await tell('network, mounts and control groups removed', () => removeKernelTraces(site, folders));
    await steps.step(() => removeNetworkResults(folders.data));
    const all = steps.failed() ? 'keep' : 'remove';
    await tell(
      all === 'remove' ? `${folders.data} removed` : `${folders.data} emptied but for the site's description`,
      () => removeSite(folders, all),
    );
    steps.finish();
  } finally {
    lock.release();
  }
}
