// The site's switch in the host's namespace: bridge, addresses, forwarding, the machines' way out.
import { type Machine, namespacePath, type Site, switchName, tableName, uplinkOf } from '#model/site';
import { ensureForwarding, interfaceList, ipBatch, wayOutMtu } from '#platform/net';
import { systemNft } from '#platform/nft';
import { systemRouting } from '#platform/route';
import { FORWARDING_BEFORE_FILE, MTU_MAX } from './limits.ts';
import { outboundRules, planSwitch } from './network.plan.ts';

/** Brings up the switch; answers the MTU that machines use. */
export async function ensureSwitch(site: Site): Promise<{ mtu: number }> {
  const [present, wayOut] = await Promise.all([interfaceList(), wayOutMtu(MTU_MAX)]);
  // What is too large for the port to the other node would go lost without a word.
  const port = present.find((link) => link.name === uplinkOf(site)?.accessDevice);
  const mtu = Math.min(wayOut, port?.mtu ?? MTU_MAX);
  await Promise.all([
    ipBatch(planSwitch(site, present, mtu)),
    systemNft.apply(outboundRules(site, tableName(site))),
    ensureForwarding(FORWARDING_BEFORE_FILE),
  ]);
  return { mtu };
}

/** The address of the site's doors stands on the switch of the node that controls. */
export async function setDoorAddress(site: Site, where: 'here' | 'elsewhere'): Promise<void> {
  const name = switchName(site);
  const address = `${site.network.doorAddress}/32`;
  const isHere = (await interfaceList()).find((link) => link.name === name)?.addresses.includes(address) ?? false;
  if (isHere !== (where === 'here')) await ipBatch([`addr ${where === 'here' ? 'add' : 'del'} ${address} dev ${name}`]);
}

/** Tells everybody on the switch that an address is here now. Does not wait. */
export function announceAddress(of: {
  readonly address: string;
  readonly device: string;
  /** The machine that has it; the node itself where there is none. */
  readonly in?: { readonly site: Site; readonly machine: Machine };
}): void {
  systemRouting.announce(of.address, of.device, of.in && namespacePath(of.in.site, of.in.machine));
}
