// Ends containers that are cut off from their replicated volume: its client had ended, and what they see of the volume fails for good. Their
// node agent starts them again, and they find what the client that came after shows.
import { machineCgroup, type Site, workerHere } from '#model/site';
import type { Cgroups } from '#platform/cgroup';
import type { Log } from '#platform/log';
import { seesDeadMount } from '#platform/mount';
import { identityOf, signalProcess } from '#platform/process';

const VOLUMES = 'fuse.glusterfs';
/** Groups of a machine that hold its own daemons, not pods. */
const DAEMONS = ['system', 'shims'];

export async function endCutOff(of: { site: Site; cgroups: Cgroups; log: Log }): Promise<void> {
  const { site, cgroups, log } = of;
  const group = machineCgroup(site, workerHere(site));
  const pods = cgroups.children(group).filter((name) => !DAEMONS.includes(name));
  for (const pid of pods.flatMap((name) => cgroups.processes(`${group}/${name}`))) {
    const identity = identityOf(pid);
    if (!identity || !(await seesDeadMount(pid, VOLUMES))) continue;
    log.warn('a container is cut off from its replicated volume, and is started again', { pid });
    signalProcess(identity, 'SIGKILL');
  }
}
