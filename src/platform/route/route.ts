// The door to addresses, routes and sysctls of the network namespace that the process stands in.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { WorldError } from '#base';

export interface Routing {
  /** Sets `net/ipv4/ip_forward` and the like; the name is the path under /proc/sys. */
  sysctl(name: string, value: string): void;
  /** Addresses of a link, without prefix lengths. */
  addresses(device: string): Promise<string[]>;
  addAddress(address: string, device: string): Promise<void>;
  removeAddress(address: string, device: string): Promise<void>;
  /** Tells everybody on the link that the address is here now (gratuitous ARP, RFC 5227 section 3). Does not wait.
   * `namespace`: the path of the one where the link is, if not this process's. */
  announce(address: string, device: string, namespace?: string): void;
  /** Routes with our protocol number: destination to gateway. */
  routes(): Promise<Map<string, string>>;
  setRoute(destination: string, gateway: string): Promise<void>;
  removeRoute(destination: string): Promise<void>;
}

/** Our mark on routes (`proto` of rtnetlink), so that nobody else's are touched. */
const PROTOCOL = '72';

function ip(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('error', (cause) =>
      reject(
        new WorldError('NotFound', `cannot run ip: ${cause.message}`, { cure: 'apt-get install iproute2', cause }),
      ),
    );
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else
        reject(
          new WorldError('Failed', `ip ${args.join(' ')}: ${err.trim()}`, {
            attempted: 'change the network of a machine',
          }),
        );
    });
  });
}

/** Through the Debian programs `ip` and `arping`. */
export const systemRouting: Routing = {
  sysctl: (name, value) => fs.writeFileSync(`/proc/sys/${name}`, value),
  addresses: async (device) =>
    [...(await ip(['-4', '-o', 'addr', 'show', 'dev', device])).matchAll(/inet ([0-9.]+)/g)].map(
      (match) => match[1] ?? '',
    ),
  addAddress: async (address, device) => void (await ip(['addr', 'replace', `${address}/32`, 'dev', device])),
  removeAddress: async (address, device) => void (await ip(['addr', 'del', `${address}/32`, 'dev', device])),
  announce: (address, device, namespace) => {
    const inside = namespace === undefined ? [] : ['nsenter', `--net=${namespace}`, '--'];
    const command = ['arping', '-q', '-U', '-c', '2', '-w', '3', '-I', device, '-s', address, address];
    const [program = '', ...args] = [...inside, ...command];
    const child = spawn(program, args, { stdio: 'ignore' });
    child.on('error', () => undefined); // Without arping neighbours learn the address when they ask for it.
  },
  routes: async () => {
    const lines = (await ip(['-4', 'route', 'show', 'proto', PROTOCOL])).split('\n');
    return new Map(
      lines.flatMap((line) =>
        [...line.matchAll(/^(\S+) via (\S+)/g)].map((m): [string, string] => [m[1] ?? '', m[2] ?? '']),
      ),
    );
  },
  setRoute: async (destination, gateway) =>
    void (await ip(['route', 'replace', destination, 'via', gateway, 'proto', PROTOCOL])),
  removeRoute: async (destination) => void (await ip(['route', 'del', destination, 'proto', PROTOCOL])),
};
