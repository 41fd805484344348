// The sandbox machine: a network namespace on the site's switch and a control group with the machine's limits.
// Everything is looked for before it is made, so a machine that runs is taken as it is.
import { cgroupRoot, type Machine, machineCgroup, namespaceName, namespacePath, type Site } from '#model/site';
import type { Cgroups } from '#platform/cgroup';
import { ipBatch, namespaceCreate, namespaceList, sysctlWriteIn } from '#platform/net';
import { PAIR_CPU_SHARES, SYSTEM_CPU_SHARES } from './limits.ts';

/** Source: ip-sysctl of the kernel's documentation. */
const SETTINGS = {
  'net.ipv4.ip_forward': '1',
  // Replies of pods may leave another way than requests came (several addresses on eth0).
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  // Addresses that are about to move here can be listened on before.
  'net.ipv4.ip_nonlocal_bind': '1',
  // No bridge inside a machine needs packet filters.
  'net.bridge.bridge-nf-call-iptables': '0',
};

/** Groups of the site that no machine owns. */
export function ensureSiteGroups(site: Site, cgroups: Cgroups): { system: string } {
  const system = `${cgroupRoot(site)}/system`;
  cgroups.create(system);
  cgroups.setLimits(system, { cpuShares: SYSTEM_CPU_SHARES });
  // Leases are renewed by the second: whatever else the machine does must not make a node look lost.
  if (site.pair) cgroups.setLimits(cgroupRoot(site), { cpuShares: PAIR_CPU_SHARES });
  return { system };
}

/** Group of a machine's own daemons. */
export const machineSystemCgroup = (site: Site, machine: Machine): string => `${machineCgroup(site, machine)}/system`;

/** Group of the processes that stand between containerd and containers; containerd needs it to exist. */
export const machineShimCgroup = (site: Site, machine: Machine): string => `${machineCgroup(site, machine)}/shims`;

/** The machine's control groups, limits applied. */
export function ensureMachineGroups(site: Site, machine: Machine, cgroups: Cgroups): void {
  const group = machineCgroup(site, machine);
  cgroups.create(machineSystemCgroup(site, machine));
  cgroups.create(machineShimCgroup(site, machine));
  const { cpuShares, cpuMillis, memoryBytes } = machine;
  cgroups.setLimits(group, { cpuShares, cpuMillis, memoryBytes });
  cgroups.setLimits(machineSystemCgroup(site, machine), { cpuShares: SYSTEM_CPU_SHARES });
}

/** The machine's namespace, without cable: what processes need to start in it and to listen on addresses that are to come. */
export async function ensureNamespace(site: Site, machine: Machine): Promise<void> {
  const name = namespaceName(site, machine);
  if (!namespaceList().includes(name)) await namespaceCreate(name);
  await Promise.all([ipBatch(['link set lo up'], name), sysctlWriteIn(namespacePath(site, machine), SETTINGS)]);
}
