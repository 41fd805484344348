// Decides what a new site looks like, and which wishes an existing one can still take up.
import { WorldError } from '#base';
import {
  DATA_FORMAT_VERSION,
  DEVICE_CLUSTER,
  domainProblem,
  FIRST_MACHINE_HOST,
  hostAddress,
  type Machine,
  NODE_NAME,
  type NodeCapacity,
  type Pair,
  planSizing,
  type Runtime,
  type Site,
  type SiteNetwork,
  type SitePorts,
  siteNameProblem,
} from '#model/site';

/** What an operator asked for; what is absent is free to be chosen, or stays as it is. */
export interface SiteWishes {
  readonly name?: string;
  readonly domain?: string;
  readonly outsideAddress?: string;
  readonly runtime?: Runtime;
  readonly serviceIps?: { readonly first: string; readonly last: string };
  readonly workerCpuMillis?: number;
  readonly workerMemoryBytes?: number;
}

const invalid = (message: string, cure?: string): WorldError => new WorldError('Invalid', message, { cure });

/** The machines of a site with these nodes. Errors: WorldError `Invalid` when sizes do not fit. */
function planMachines(of: {
  readonly node: NodeCapacity;
  readonly nodes: readonly string[];
  readonly wishes: SiteWishes;
  readonly network: SiteNetwork;
  readonly runtime: Runtime;
}): Machine[] {
  const { node, nodes, wishes, network, runtime } = of;
  const sizing = planSizing(node, wishes);
  if (sizing.kind === 'refused')
    throw invalid(sizing.reason, 'choose --worker-cpu and --worker-memory within these bounds');
  const address = (index: number): string =>
    runtime === 'simulated' ? network.apiAddress : hostAddress(network.subnet, FIRST_MACHINE_HOST + index);
  const workers = nodes.map((name) => ({
    name: `${name}-worker`,
    node: name,
    role: 'worker' as const,
    size: sizing.worker,
    pinned: true,
  }));
  return [
    { name: `${NODE_NAME}-master`, node: NODE_NAME, role: 'master' as const, size: sizing.master, pinned: false },
    ...workers,
  ].map(({ size, ...machine }, index) => ({
    ...machine,
    ...size,
    cluster: DEVICE_CLUSTER.name,
    address: address(index),
  }));
}

/** A new site. Errors: WorldError `Invalid`. */
export function planSite(of: {
  readonly wishes: SiteWishes;
  readonly id: string;
  readonly createdAt: string;
  readonly node: NodeCapacity;
  readonly network: SiteNetwork;
  readonly ports: SitePorts;
  /** Of a site of two nodes, each like `node`. */
  readonly pair?: Pair;
}): Site {
  const { wishes, id, createdAt, node, network, ports, pair } = of;
  const nodes = pair ? pair.nodes.map(({ name: one }) => one) : [NODE_NAME];
  const name = wishes.name ?? 'site';
  const domain = wishes.domain ?? 'site.internal';
  const wrongName = siteNameProblem(name);
  if (wrongName) throw invalid(`--name ${name} ${wrongName}`);
  const wrongDomain = domainProblem(domain);
  if (wrongDomain) throw invalid(`--domain ${domain} ${wrongDomain}`);
  const runtime = wishes.runtime ?? 'containerd';
  return {
    formatVersion: DATA_FORMAT_VERSION,
    name,
    id,
    createdAt,
    domain,
    runtime,
    ...(wishes.outsideAddress ? { outsideAddress: wishes.outsideAddress } : {}),
    network,
    ports,
    ...(pair && { pair }),
    machines: planMachines({ node, nodes, wishes, network, runtime }),
    clusters: [DEVICE_CLUSTER],
  };
}

export interface SiteChange {
  readonly site: Site;
  /** Options that ask for something the site is not, and which it takes up when it starts. */
  readonly taken: readonly string[];
  /** Options that a site keeps for life. */
  readonly refused: readonly string[];
}

/** What the wishes change on an existing site. */
export function planChange(site: Site, wishes: SiteWishes, node: NodeCapacity): SiteChange {
  const refused = [
    ...(wishes.name !== undefined && wishes.name !== site.name ? [`--name ${wishes.name} (it is ${site.name})`] : []),
    ...(wishes.domain !== undefined && wishes.domain !== site.domain
      ? [`--domain ${wishes.domain} (it is ${site.domain})`]
      : []),
    ...(wishes.runtime !== undefined && wishes.runtime !== site.runtime
      ? [`--runtime ${wishes.runtime} (it is ${site.runtime})`]
      : []),
    ...(wishes.serviceIps !== undefined &&
    (wishes.serviceIps.first !== site.network.serviceIps.first ||
      wishes.serviceIps.last !== site.network.serviceIps.last)
      ? [`--service-ips (they are ${site.network.serviceIps.first}-${site.network.serviceIps.last})`]
      : []),
  ];
  const taken: string[] = [];
  let changed = site;
  if (wishes.outsideAddress !== undefined && wishes.outsideAddress !== site.outsideAddress) {
    changed = { ...changed, outsideAddress: wishes.outsideAddress };
    taken.push('--address');
  }
  const nodes = site.pair ? site.pair.nodes.map(({ name }) => name) : [NODE_NAME];
  const sized = planMachines({ node, nodes, wishes, network: site.network, runtime: site.runtime });
  const machines = site.machines.map((machine) => {
    const size = sized.find((m) => m.name === machine.name);
    if (machine.role !== 'worker' || !size) return machine;
    return {
      ...machine,
      ...(wishes.workerCpuMillis !== undefined ? { cpuMillis: size.cpuMillis, cpuShares: size.cpuShares } : {}),
      ...(wishes.workerMemoryBytes !== undefined ? { memoryBytes: size.memoryBytes } : {}),
    };
  });
  if (JSON.stringify(machines) !== JSON.stringify(site.machines)) {
    changed = { ...changed, machines };
    taken.push('--worker-cpu or --worker-memory');
  }
  return { site: changed, taken, refused };
}
