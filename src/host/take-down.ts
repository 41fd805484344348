// Stops a site with its data kept, or removes it altogether.
import { removeNetworkResults } from '#platform/cri';
import { removeTree } from '#platform/disk';
import { everyStep } from './every-step.ts';
import { endGuard } from './guard.ts';
import { type Lab, labIfPresent } from './lab/lab-file.ts';
import { removeLab, stopLab } from './lab/take-down-lab.ts';
import { lockFolder } from './lock-folder.ts';
import { recordedProcesses } from './recorded-processes.ts';
import { removeSite } from './remove-site.ts';
import { removeUnit } from './service-unit.ts';
import { foldersOf, openSite } from './site-file.ts';
import { askToStop, type TakeDown } from './stop-site.ts';
import { endProcesses, removeKernelTraces } from './tear-down.ts';

/** Stops the site. `keepPods` leaves containers, their containerd and the network as they are. Stopping a stopped site is fine. */
export async function takeDown(of: TakeDown & { keepPods: boolean }): Promise<{ readonly ran: boolean }> {
  const lab = labIfPresent(of.data);
  const { site, folders } = lab ? { site: lab.site, folders: foldersOf(of.data) } : openSite(of.data);
  const lock = lockFolder(folders);
  try {
    if (lab) return await stopLab(of, lab);
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
  const lab = labIfPresent(of.data);
  const { site, folders } = lab ? { site: lab.site, folders: foldersOf(of.data) } : openSite(of.data);
  const lock = lockFolder(folders);
  try {
    if (lab) return await destroyLab(of, lab);
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

async function destroyLab(of: TakeDown, lab: Lab): Promise<void> {
  await removeLab(of, lab);
  of.progress(`both nodes, the witness and ${of.data} removed`);
}
