// The way out of this machine, and whether it lets others through.
import fs from 'node:fs';
import path from 'node:path';
import { interfaceList, routeList } from './ip.ts';
import { sysctlRead, sysctlWrite } from './sysctl.ts';

/** What the way out carries in one piece, bytes; `most` where there is none, or it carries more. */
export async function wayOutMtu(most: number): Promise<number> {
  const [present, routes] = await Promise.all([interfaceList(), routeList()]);
  const uplink = routes.find((route) => route.to === 'default')?.device;
  return Math.min(most, present.find((link) => link.name === uplink)?.mtu ?? most);
}

/** Forwarding is a setting of the whole machine: what it was before stands in a file, for the last who needs it to restore. */
export async function ensureForwarding(beforeFile: string): Promise<void> {
  const setting = 'net.ipv4.ip_forward';
  const before = sysctlRead(setting);
  if (before === '1') return;
  if (!fs.existsSync(beforeFile)) {
    fs.mkdirSync(path.dirname(beforeFile), { recursive: true });
    fs.writeFileSync(beforeFile, before);
  }
  sysctlWrite(setting, '1');
}
