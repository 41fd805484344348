// Brings a site up: makes it when there is none, starts holdfastd, waits until it is Ready, telling progress.
import { cidrParse, cidrsOverlap, present, WorldError } from '#base';
import { type Site, type SiteFolders, switchName } from '#model/site';
import { removeFolderIfEmpty, removeTree } from '#platform/disk';
import { machineCapacity } from '#platform/process';
import type { BringUp, BroughtUp } from './bring-up.contract.ts';
import { type Claimant, claim } from './claims.ts';
import { choosePorts, claimSimulatedPorts, createSite, takenRanges } from './create-site.ts';
import { bringUpLab } from './lab/bring-up-lab.ts';
import { labIfPresent } from './lab/lab-file.ts';
import { lockFolder } from './lock-folder.ts';
import { checkContainersPossible } from './preflight.ts';
import { removeSite } from './remove-site.ts';
import { planChange } from './site.plan.ts';
import { foldersOf, siteIfPresent, writeSite } from './site-file.ts';
import { holdfastdEnded, startSupervisor, waitReady } from './start-supervisor.ts';
import { isSupervised } from './supervisor-call.ts';
import { endProcesses, removeKernelTraces } from './tear-down.ts';

/** Errors: WorldError `Invalid`, `Conflict`, `Denied`, `Unsupported`, `Failed`. */
export async function bringUp(of: BringUp): Promise<BroughtUp> {
  if (of.nodes === 2 || labIfPresent(of.data)) return bringUpLab(of);
  const folders = foldersOf(of.data);
  const known = siteIfPresent(of.data);
  const lock = lockFolder(folders);
  try {
    const ran = known !== undefined && (await isSupervised(folders));
    const site = known ? await takeUp(of, folders, known.site, ran) : await makeSite(of, folders);
    try {
      if (!ran) await startSupervisor({ ...of, folders, site });
      const waitingFor = await waitReady({ ...of, folders, tells: !ran });
      return waitingFor ? { kind: 'not-ready', site, folders, waitingFor } : { kind: 'ready', site, folders, ran };
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
