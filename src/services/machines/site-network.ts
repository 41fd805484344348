// The site's switch in the host's namespace: bridge, addresses, forwarding, the machines' way out.
import { type Site, tableName } from '#model/site';
import { isPresent, writeFileAtomic } from '#platform/disk';
import { interfaceList, ipBatch, routeList, sysctlRead, sysctlWrite } from '#platform/net';
import { systemNft } from '#platform/nft';
import { FORWARDING_BEFORE_FILE, MTU_MAX } from './limits.ts';
import { outboundRules, planSwitch } from './network.plan.ts';

/** Brings up the switch; answers the MTU that machines use. */
export async function ensureSwitch(site: Site): Promise<{ mtu: number }> {
  const [present, routes] = await Promise.all([interfaceList(), routeList()]);
  const uplink = routes.find((route) => route.to === 'default')?.device;
  const mtu = Math.min(MTU_MAX, present.find((link) => link.name === uplink)?.mtu ?? MTU_MAX);
  await Promise.all([
    ipBatch(planSwitch(site, present, mtu)),
    systemNft.apply(outboundRules(site, tableName(site))),
    ensureForwarding(),
  ]);
  return { mtu };
}

/** Forwarding is a setting of the whole machine: what it was before the first site is kept for the last one to restore. */
async function ensureForwarding(): Promise<void> {
  const setting = 'net.ipv4.ip_forward';
  const before = sysctlRead(setting);
  if (before === '1') return;
  if (!isPresent(FORWARDING_BEFORE_FILE)) writeFileAtomic(FORWARDING_BEFORE_FILE, before);
  sysctlWrite(setting, '1');
}
