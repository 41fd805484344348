// The cables of machines: to the switch, and of the master machine of a pair to its node. What is there already is taken as it is.
import { cableName, type Machine, namespaceName, type Site } from '#model/site';
import { interfaceList, interfaceRemove, ipBatch, routeList } from '#platform/net';
import { planControlLink, planMachineNetwork } from './network.plan.ts';

/** Cables a machine to the switch, which is up. */
export async function ensureCable(site: Site, machine: Machine, options: { mtu: number }): Promise<void> {
  const name = namespaceName(site, machine);
  const [host, within, routes] = await Promise.all([interfaceList(), interfaceList(name), routeList(name)]);
  const hasDefaultRoute = routes.some(({ to, device }) => to === 'default' && device === 'eth0');
  const plan = planMachineNetwork({ site, machine, host, within, hasDefaultRoute, mtu: options.mtu });
  await ipBatch(plan.outside);
  await ipBatch(plan.inside, name);
}

/** Takes a machine off the switch, and with the cable all of its addresses. */
export const removeCable = (site: Site, machine: Machine): Promise<void> =>
  interfaceRemove(cableName(site, site.machines.indexOf(machine)));

/** Links the master machine of a pair to this node, where it stands and where it stands by. */
export async function ensureControlLink(site: Site, machine: Machine): Promise<void> {
  const namespace = namespaceName(site, machine);
  const [host, within] = await Promise.all([interfaceList(), interfaceList(namespace)]);
  const plan = planControlLink(site, machine, { host, within });
  await ipBatch(plan.outside);
  await ipBatch(plan.inside, namespace);
}
