// What a site is, as written in its site.json: identity, addresses, ports, machines, clusters.
// Written once by `up` and changed only by whole replacement; everything else of a site is derived from it by pure functions.
import type { Alone } from './alone.ts';
import type { Pair } from './pair.ts';

/** Raised when the layout of a data folder changes; a folder of a newer version is refused. */
export const DATA_FORMAT_VERSION = 1;

export type Runtime = 'containerd' | 'simulated';
export type MachineRole = 'master' | 'worker';

export interface Machine {
  /** The Kubernetes node's name: `<node>-master` or `<node>-worker`. */
  readonly name: string;
  /** The node (Linux machine) that it is placed on; one that is not pinned may stand on the other. */
  readonly node: string;
  readonly cluster: string;
  readonly role: MachineRole;
  /** Address on the site's switch; on a simulated site a loopback address. */
  readonly address: string;
  /** CPU limit in thousandths of a core. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Weight against the other machines when cores are short (1024 is one core's worth). */
  readonly cpuShares: number;
  readonly pinned: boolean;
}

export interface SiteNetwork {
  /** The switch's subnet, e.g. "10.50.0.0/24". */
  readonly subnet: string;
  /** Address of node-a on the switch: the machines' way out. */
  readonly gateway: string;
  /** Virtual address of the site's doors (registry, portal). */
  readonly doorAddress: string;
  /** Virtual address of the Kubernetes API. */
  readonly apiAddress: string;
  /** Addresses of the switch for Services of type LoadBalancer. */
  readonly serviceIps: { readonly first: string; readonly last: string };
}

export interface SitePorts {
  readonly api: number;
  readonly dashboard: number;
  readonly registry: number;
  /** First of the node agents' ports: machine i listens on nodeAgent + i where machines share an address (simulated), else on nodeAgent. */
  readonly nodeAgent: number;
}

export interface Cluster {
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly dnsAddress: string;
  readonly dnsDomain: string;
}

export interface Site {
  readonly formatVersion: number;
  readonly name: string;
  /** Six hex digits, and a letter of the node on a second one; the root of every name that the site has in the kernel. */
  readonly id: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** DNS domain of the site's doors: `<door>.<name>.<domain>`. */
  readonly domain: string;
  readonly runtime: Runtime;
  /** Which node the folder belongs to; absent on a site that never had two. */
  readonly node?: string;
  /** What makes a site of two nodes one thing. */
  readonly pair?: Pair;
  /** What a node keeps of a pair when it is the only one left. */
  readonly alone?: Alone;
  /** Address of this Linux machine on which the doors also answer. */
  readonly outsideAddress?: string;
  readonly network: SiteNetwork;
  readonly ports: SitePorts;
  readonly machines: readonly Machine[];
  readonly clusters: readonly Cluster[];
}

/** The site's own cluster, which every site has first. */
export const DEVICE_CLUSTER: Cluster = {
  name: 'device',
  kubernetesVersion: 'v1.36.0+holdfast.1',
  podCidr: '172.27.0.0/16',
  serviceCidr: '172.28.0.0/16',
  dnsAddress: '172.28.0.10',
  dnsDomain: 'cluster.local',
};

export const DEFAULT_PORTS: SitePorts = { api: 6443, dashboard: 31000, registry: 31001, nodeAgent: 10250 };
export const NODE_PORT_RANGE = { first: 30000, last: 32767 } as const;

/** The version of this software. */
export const SOFTWARE_VERSION = '0.1.0';

/** No correct clock stood before this when a site of this software was made. */
export const SOFTWARE_BORN_MS = Date.UTC(2026, 10, 1);
