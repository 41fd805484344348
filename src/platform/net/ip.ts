// Interfaces, addresses and routes, by the program `ip` (iproute2).
import { WorldError } from '#base';
import { run } from './run-ip.ts';

export interface InterfaceFacts {
  readonly name: string;
  readonly mtu: number;
  readonly up: boolean;
  /** There is a carrier too. */
  readonly running: boolean;
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
      running: link.flags.includes('LOWER_UP'),
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

/** Removes an interface of our own namespace. Absent is fine. (/sys may show another namespace's interfaces: it is not asked.) */
export async function interfaceRemove(name: string): Promise<void> {
  if (!(await interfaceList()).some((link) => link.name === name)) return;
  try {
    await run(['link', 'del', name]);
  } catch (error) {
    // A cable goes with the namespace at its other end, at a time that the kernel chooses.
    if (!(error instanceof WorldError && error.message.includes('Cannot find device'))) throw error;
  }
}
