// Makes a new site's site.json: looks at this machine, chooses subnet and ports, claims them.
import { cidrParse, WorldError } from '#base';
import {
  DEFAULT_PORTS,
  LOOPBACK_NETWORK,
  planNetwork,
  type Site,
  type SiteFolders,
  type SiteNetwork,
  type SitePorts,
  type TakenRange,
} from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { makeFolder } from '#platform/disk';
import { interfaceList, portState, routeList } from '#platform/net';
import { machineCapacity } from '#platform/process';
import { type Claimant, claim, claimedBy, releaseClaims } from './claims.ts';
import { PORTS_TRIED_MAX } from './limits.ts';
import { planSite, type SiteWishes } from './site.plan.ts';
import { writeSite } from './site-file.ts';

export type PortChoice = 'auto' | 'default';

const LOOPBACK = '127.0.0.1';

export function newSiteId(): string {
  return [...crypto.getRandomValues(new Uint8Array(3))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Ranges that this machine's addresses and routes use. The default route is no range. */
export async function takenRanges(exceptDevice = ''): Promise<TakenRange[]> {
  const [links, routes] = await Promise.all([interfaceList(), routeList()]);
  const ranges = [
    ...links.flatMap((link) => link.addresses.map((to) => ({ to, device: link.name, by: `address of ${link.name}` }))),
    ...routes.map((route) => ({ ...route, by: `route of ${route.device}` })),
  ];
  return ranges.flatMap(({ to, device, by }) => {
    const range = cidrParse(to.includes('/') ? to : `${to}/32`);
    return range && range.prefix > 0 && device !== exceptDevice ? [{ range, by }] : [];
  });
}

export async function chooseNetwork(by: Claimant, wishes: SiteWishes): Promise<SiteNetwork> {
  if (wishes.runtime === 'simulated') return LOOPBACK_NETWORK;
  const taken = await takenRanges();
  for (;;) {
    const choice = planNetwork(taken, wishes);
    if (choice.kind === 'refused')
      throw new WorldError(wishes.serviceIps ? 'Conflict' : 'Exhausted', choice.reason, {
        cure: 'choose addresses of a free /24 with --service-ips A-B',
      });
    const { subnet } = choice.network;
    if (claim('subnets', subnet, by)) return choice.network;
    const range = cidrParse(subnet);
    if (range) taken.push({ range, by: `the site in ${claimedBy('subnets', subnet) ?? '?'}` });
  }
}

/** Ports for the doors on the addresses where other programs may listen too. */
export async function choosePorts(
  addresses: readonly string[],
  choice: PortChoice,
  { from, mayHave = () => true }: { from: SitePorts; mayHave?(port: number): boolean },
): Promise<SitePorts> {
  const given = new Set<number>();
  const isFree = async (port: number): Promise<boolean> => {
    for (const address of addresses) {
      const state = await portState(address, port);
      if (state === 'not-our-address')
        throw new WorldError('Invalid', `--address ${address} is no address of this machine`, {
          cure: 'give one that `ip address` shows',
        });
      if (state !== 'free') return false;
    }
    return mayHave(port);
  };
  const choose = async (name: string, usual: number): Promise<number> => {
    for (let port = usual; port < usual + PORTS_TRIED_MAX; port++) {
      if (!given.has(port) && (await isFree(port))) {
        given.add(port);
        return port;
      }
      if (choice === 'default')
        throw new WorldError('Conflict', `port ${port} (${name}) is in use on ${addresses.join(', ')}`, {
          cure: 'end the program that uses it, or use --ports auto',
        });
    }
    throw new WorldError('Exhausted', `no free port for ${name} between ${usual} and ${usual + PORTS_TRIED_MAX}`);
  };
  const api = await choose('Kubernetes API', from.api);
  const dashboard = await choose('dashboard', from.dashboard);
  return { ...from, api, dashboard, registry: await choose('registry', from.registry) };
}

/** Ports where the machines share the loopback address: their node agents' too must be free. */
async function simulatedPorts(choice: PortChoice, by: Claimant): Promise<SitePorts> {
  const mayHave = (port: number): boolean => claim('ports', String(port), by);
  const ports = await choosePorts([LOOPBACK], choice, { from: DEFAULT_PORTS, mayHave });
  for (let nodeAgent = ports.nodeAgent; nodeAgent < ports.nodeAgent + PORTS_TRIED_MAX; nodeAgent += 2) {
    const both = [nodeAgent, nodeAgent + 1];
    const states = await Promise.all(both.map((port) => portState(LOOPBACK, port)));
    if (states.every((state) => state === 'free') && both.every(mayHave)) return { ...ports, nodeAgent };
  }
  throw new WorldError('Exhausted', 'no free ports for the node agents');
}

/** The ports that the machines of a site on the loopback address have, claimed anew after a reboot. */
export function claimSimulatedPorts({ ports }: Site, by: Claimant): void {
  const { api, dashboard, registry, nodeAgent } = ports;
  for (const port of [api, dashboard, registry, nodeAgent, nodeAgent + 1]) claim('ports', String(port), by);
}

/** Chooses and writes a new site. Errors: WorldError `Invalid`, `Conflict`, `Exhausted`, `Denied`. */
export async function createSite(of: {
  folders: SiteFolders;
  wishes: SiteWishes;
  ports?: PortChoice;
  clock: Clock;
}): Promise<Site> {
  const { folders, wishes, clock } = of;
  const by = { data: folders.data, clock };
  try {
    const network = await chooseNetwork(by, wishes);
    const ports =
      wishes.runtime === 'simulated'
        ? await simulatedPorts(of.ports ?? 'auto', by)
        : wishes.outsideAddress
          ? await choosePorts([wishes.outsideAddress], of.ports ?? 'default', { from: DEFAULT_PORTS })
          : DEFAULT_PORTS;
    const createdAt = rfc3339(clock.now());
    const site = planSite({ wishes, id: newSiteId(), createdAt, node: machineCapacity(), network, ports });
    makeFolder(folders.data);
    writeSite(folders, site);
    return site;
  } catch (error) {
    releaseClaims(folders.data);
    throw error;
  }
}
