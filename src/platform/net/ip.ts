// Interfaces, addresses, routes and network namespaces, by the program `ip` (iproute2).
import fs from 'node:fs';
import { WorldError } from '#base';
import { run } from './run-ip.ts';

export interface InterfaceFacts {
  readonly name: string;
  readonly mtu: number;
  readonly up: boolean;
  /** IPv4 addresses with their prefix length, e.g. "10.50.0.1/24". */
  readonly addresses: readonly string[];
}

export interface RouteFacts {
  /** "default" or a range such as "10.0.0.0/8". */
  readonly to: string;
  readonly device: string;
}

interface IpAddress {
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly addr_info: readonly { family: string; local: string; prefixlen: number }[];
}

const inside = (namespace?: string): string[] => (namespace ? ['-n', namespace] : []);

/** The interfaces of a namespace, by its name below /run/netns (absent: our own). */
export async function interfaceList(namespace?: string): Promise<InterfaceFacts[]> {
  const found = JSON.parse((await run([...inside(namespace), '-j', 'addr', 'show'])) || '[]') as IpAddress[];
  return found
    .filter((link) => link.ifname !== undefined)
    .map((link) => ({
      name: link.ifname,
      mtu: link.mtu,
      up: link.flags.includes('UP'),
      addresses: link.addr_info.filter((a) => a.family === 'inet').map((a) => `${a.local}/${a.prefixlen}`),
    }));
}

export async function routeList(namespace?: string): Promise<RouteFacts[]> {
  const found = JSON.parse((await run([...inside(namespace), '-j', '-4', 'route', 'show'])) || '[]') as {
    dst?: string;
    dev?: string;
  }[];
  return found.map((route) => ({ to: route.dst ?? '', device: route.dev ?? '' }));
}

/** Runs `ip` commands in order, stopping at the first that fails. Each is a line without the word `ip`. */
export async function ipBatch(commands: readonly string[], namespace?: string): Promise<void> {
  if (commands.length > 0) await run([...inside(namespace), '-batch', '-'], `${commands.join('\n')}\n`);
}

/** Names of the namespaces below /run/netns. */
export function namespaceList(): string[] {
  return fs.existsSync('/run/netns') ? fs.readdirSync('/run/netns') : [];
}

export async function namespaceCreate(name: string): Promise<void> {
  await run(['netns', 'add', name]);
}

/** Removes a namespace's name; it ends with the last process in it. Absent is fine. */
export async function namespaceRemove(name: string): Promise<void> {
  if (namespaceList().includes(name)) await run(['netns', 'del', name]);
}

/** Removes an interface of our own namespace. Absent is fine. */
export async function interfaceRemove(name: string): Promise<void> {
  if (fs.existsSync(`/sys/class/net/${name}`)) await run(['link', 'del', name]);
}

/** True when this process may make network namespaces. */
export async function mayMakeNamespaces(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await run(['netns', 'add', `hfprobe-${process.pid}`]);
    await run(['netns', 'del', `hfprobe-${process.pid}`]);
    return true;
  } catch (error) {
    if (error instanceof WorldError) return false;
    throw error;
  }
}
