// Makes what a node of a pair stands on before anything of it runs: control groups, certificates, switch, namespaces of machines.
import { ensureRegistryAccounts } from '#host';
import { controlCgroup, machinesHere, masterOf } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { isPresent, removeTree } from '#platform/disk';
import { systemNft } from '#platform/nft';
import { ensurePki } from '#services/infrastructure';
import {
  ensureControlLink,
  ensureMachineGroups,
  ensureNamespace,
  ensureSiteGroups,
  ensureSwitch,
  removeCable,
  setDoorAddress,
} from '#services/machines';
import { refuseStrangers } from '#services/volumes';
import type { StartingSite } from '../start-site.ts';

/** `controlled`: what an earlier life of holdfastd has placed for control stays. */
export async function prepareNode(of: StartingSite, controlled: boolean): Promise<{ mtu: number }> {
  const { site, folders, clock, log, progress } = of;
  const cgroups = openCgroups();
  const { system } = ensureSiteGroups(site, cgroups);
  cgroups.addProcess(system, process.pid);
  const machines = machinesHere(site);
  for (const machine of machines) ensureMachineGroups(site, machine, cgroups);
  const { cpuShares, cpuMillis, memoryBytes } = masterOf(site);
  cgroups.create(controlCgroup(site));
  cgroups.setLimits(controlCgroup(site), { cpuShares, cpuMillis, memoryBytes });
  ensureRegistryAccounts(folders);
  return progress.step('certificates, machines and network', async () => {
    // Afterwards whoever controls keeps them; the other node is given what is made there.
    const isNew = !isPresent(folders.adminKubeconfig);
    const [{ mtu }, issued] = await Promise.all([
      ensureSwitch(site),
      isNew ? ensurePki({ site, folders, now: clock.now() }) : [],
      ...(site.pair ? [refuseStrangers({ nft: systemNft, site, pair: site.pair })] : []),
      ...machines.map((machine) => ensureNamespace(site, machine)),
    ]);
    for (const { spec, reason } of issued) log.info('certificate issued', { certificate: spec.name, reason });
    await ensureControlLink(site, masterOf(site));
    if (controlled) return { mtu };
    // Control is asked for anew: what an earlier life has left of it would answer at the site's addresses.
    removeTree(folders.controlMark);
    await Promise.all([removeCable(site, masterOf(site)), setDoorAddress(site, 'elsewhere')]);
    return { mtu };
  });
}
