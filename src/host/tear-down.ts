// Takes away what a site has in the kernel: processes, mounts, namespaces, links, rules, groups. Everything is found by the
// site's id and data folder, so it works after any crash, needs no process of ours, and doing it twice is fine.
import { WorldError } from '#base';
import {
  cableName,
  cgroupRoot,
  machineCgroup,
  namespacePrefix,
  refusalTable,
  type Site,
  type SiteFolders,
  switchName,
  tableName,
  volumesTable,
} from '#model/site';
import { type Cgroups, openCgroups } from '#platform/cgroup';
import type { Clock } from '#platform/clock';
import { removeRuntimeTraces } from '#platform/cri';
import { mountsBelow, readTextIfPresent, removeTree } from '#platform/disk';
import { interfaceList, interfaceRemove, namespaceList, namespaceRemove, sysctlWrite } from '#platform/net';
import { systemNft } from '#platform/nft';
import { endProcess, identityOf, namespacePids, type ProcessIdentity, run, signalProcess } from '#platform/process';
import { everyStep } from './every-step.ts';
import { endGuard } from './guard.ts';
import {
  FORWARDING_BEFORE_FILE,
  KEEPER_STOP_GRACE_MS,
  POD_STOP_GRACE_MS,
  POD_STOP_POLL_MS,
  RECORDED_STOP_GRACE_MS,
  UNMOUNT_ROUNDS_MAX,
} from './limits.ts';
import { readUnlessDamaged, recordedProcesses } from './recorded-processes.ts';

/** Groups of a machine that hold its own daemons, not pods. */
const DAEMON_GROUPS = ['system', 'shims'];

/** Ends every process of the site: recorded ones first, then pods with a grace, then whatever is left in its groups. */
export async function endProcesses(of: {
  site: Site;
  folders: SiteFolders;
  clock: Clock;
  graceMs?: number;
}): Promise<void> {
  const { site, folders, clock, graceMs = POD_STOP_GRACE_MS } = of;
  // What does not answer must not start again what is ended here.
  await endGuard(folders, clock);
  const keeper = readUnlessDamaged<ProcessIdentity>(folders.supervisorLock);
  if (keeper) await endProcess(keeper, { graceMs: KEEPER_STOP_GRACE_MS, clock });
  const recorded = recordedProcesses(folders);
  // containerd last: it writes down how its containers ended.
  const daemons = Object.entries(recorded).filter(([name]) => !name.startsWith('containerd-'));
  await Promise.all(daemons.map(([, identity]) => endProcess(identity, { graceMs: RECORDED_STOP_GRACE_MS, clock })));
  const cgroups = site.runtime === 'containerd' ? openCgroups() : undefined;
  if (cgroups) await endPods({ site, cgroups, clock, graceMs });
  await Promise.all(
    Object.values(recorded).map((identity) => endProcess(identity, { graceMs: RECORDED_STOP_GRACE_MS, clock })),
  );
  removeTree(folders.processes);
  if (cgroups && !(await cgroups.killAll(cgroupRoot(site))))
    throw new WorldError('Failed', `processes in ${cgroupRoot(site)} cannot be killed`, {
      cure: 'look for processes in state D (uninterruptible): ps axo pid,stat,cmd',
    });
}

/** SIGTERM for the first process of every container, as a runtime does, and time to end. */
export async function endPods(of: { site: Site; cgroups: Cgroups; clock: Clock; graceMs?: number }): Promise<void> {
  const { site, cgroups, clock, graceMs = POD_STOP_GRACE_MS } = of;
  const podProcesses = (): number[] =>
    site.machines.flatMap((machine) => {
      const group = machineCgroup(site, machine);
      return cgroups
        .children(group)
        .filter((name) => !DAEMON_GROUPS.includes(name))
        .flatMap((name) => cgroups.processes(`${group}/${name}`));
    });
  for (const pid of podProcesses()) {
    const identity = identityOf(pid);
    if (identity && namespacePids(pid).at(-1) === 1) signalProcess(identity, 'SIGTERM');
  }
  const deadline = clock.monotonicMs() + graceMs;
  while (podProcesses().length > 0 && clock.monotonicMs() < deadline) await clock.sleep(POD_STOP_POLL_MS);
}

/** Removes mounts, namespaces, links, rules and groups, all that can be. The processes have ended.
 * Errors: WorldError `Failed` that names everything that stays. */
export async function removeKernelTraces(site: Site, folders: SiteFolders): Promise<void> {
  const steps = everyStep();
  await steps.step(() => unmountOwn(folders));
  await steps.step(() => removeRuntimeTraces(folders.run));
  if (site.runtime === 'containerd') {
    const namespaces = namespaceList().filter((name) => name.startsWith(namespacePrefix(site)));
    for (const name of namespaces) await steps.step(() => namespaceRemove(name));
    const links = [...site.machines.map((_, index) => cableName(site, index)), switchName(site)];
    for (const link of links) await steps.step(() => interfaceRemove(link));
    await steps.step(() => removeTable('ip', tableName(site)));
    await steps.step(() => removeTable('netdev', refusalTable(site)));
    await steps.step(() => removeTable('ip', volumesTable(site)));
    await steps.step(() => openCgroups().remove(cgroupRoot(site)));
    await steps.step(restoreForwarding);
  }
  steps.finish();
}

/** Of a node that has left a lab: what it had for itself, and nothing of `others`, namespaces of the lab whose names begin as its own do. Its
 * links and rules go with its namespace. Errors: as {@link removeKernelTraces}. */
export async function removeNodeTraces(site: Site, folders: SiteFolders, others: readonly string[]): Promise<void> {
  const steps = everyStep();
  await steps.step(() => unmountOwn(folders));
  await steps.step(() => removeRuntimeTraces(folders.run));
  const own = namespaceList().filter((name) => name.startsWith(namespacePrefix(site)) && !others.includes(name));
  for (const name of own) await steps.step(() => namespaceRemove(name));
  await steps.step(() => openCgroups().remove(cgroupRoot(site)));
  steps.finish();
}

async function removeTable(family: 'ip' | 'netdev', table: string): Promise<void> {
  if (await systemNft.show(family, table)) await systemNft.apply(`delete table ${family} ${table}\n`);
}

/** What the site mounted. The data folder, and what stands directly in it, may be disks of their own: they are not ours. */
const mountedBySite = ({ run, machines }: SiteFolders): string[] =>
  [run, machines].flatMap((folder) => mountsBelow(folder).filter((point) => point !== folder));

async function unmountOwn(folders: SiteFolders): Promise<void> {
  for (let round = 0; round < UNMOUNT_ROUNDS_MAX; round++) {
    const points = mountedBySite(folders);
    if (points.length === 0) return;
    for (const point of points) await run('umount', ['-l', point]);
  }
  throw new WorldError('Failed', `something stays mounted: ${mountedBySite(folders).join(', ')}`, {
    cure: 'unmount it by hand (umount -l), then run this again',
  });
}

/** When no site's switch is left on this machine, forwarding becomes what it was before the first. */
async function restoreForwarding(): Promise<void> {
  const before = readTextIfPresent(FORWARDING_BEFORE_FILE);
  if (before === undefined) return;
  if ((await interfaceList()).some((link) => /^hf[0-9a-f]{6}$/.test(link.name))) return;
  sysctlWrite('net.ipv4.ip_forward', before);
  removeTree(FORWARDING_BEFORE_FILE);
}
