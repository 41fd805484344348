// Decides which `ip` commands make the machines of a lab out of network namespaces, and cable them. Data in, commands out; what is there
// already is left alone.
//
//   access network    bridge hf<id> on this machine, which has an address in it (.8) and lets the nodes out
//   storage network   bridge hf<id>s, between the two nodes alone
//   a node            namespace hf<id>-<node>, with lan0 on the one and stor0 on the other
import { hostAddress, namespacePrefix, type PairVoter, type Site, switchName, tableName } from '#model/site';
import { labVoters } from './lab-file.ts';

/** This machine in the lab's access network. */
const OWN_HOST = 8;
/** Behind every route by a device. */
const LAST_RESORT_METRIC = 10_000;

export const labAddress = (site: Site): string => hostAddress(site.network.subnet, OWN_HOST);
export const labNamespace = (site: Site, voter: string): string => `${namespacePrefix(site)}${voter}`;
export const storageSwitch = (site: Site): string => `${switchName(site)}s`;

export interface LabNetworkPlan {
  /** In the host's namespace. */
  readonly outside: readonly string[];
  /** In each node's, by its name. */
  readonly inside: ReadonlyMap<string, readonly string[]>;
}

interface Present {
  readonly name: string;
  readonly addresses: readonly string[];
}

const hardware = (site: Site): string => `02:50:${[0, 2, 4].map((at) => site.id.slice(at, at + 2)).join(':')}:08`;

/** `present`: links of this machine; `within`: names of links in each node's namespace. */
export function planLabNetwork(of: {
  readonly site: Site;
  readonly present: readonly Present[];
  readonly within: ReadonlyMap<string, readonly string[]>;
  readonly mtu: number;
}): LabNetworkPlan {
  const { site, present, within, mtu } = of;
  const prefix = site.network.subnet.split('/')[1];
  const access = switchName(site);
  const storage = storageSwitch(site);
  const found = (name: string): Present | undefined => present.find((link) => link.name === name);
  const address = `${labAddress(site)}/${prefix}`;
  const outside = [
    ...(found(access)
      ? []
      : [`link add name ${access} address ${hardware(site)} mtu ${mtu} type bridge`, `link set ${access} up`]),
    ...(found(access)?.addresses.includes(address) ? [] : [`addr add ${address} dev ${access}`]),
    ...(found(storage) ? [] : [`link add name ${storage} mtu ${mtu} type bridge`, `link set ${storage} up`]),
  ];
  const inside = new Map<string, readonly string[]>();
  for (const { voter, place: index } of labVoters(site)) {
    if (within.get(voter.name)?.includes('lan0')) continue;
    outside.push(...cablesOf({ site, voter, index, mtu, found: (name) => found(name) !== undefined }));
    inside.set(voter.name, insideOf(site, voter));
  }
  return { outside, inside };
}

/** The ends of a voter's cables on this machine, by its place among the voters. */
export const labCables = (site: Site, index: number): readonly [access: string, storage: string] => [
  `${switchName(site)}l${index}`,
  `${switchName(site)}s${index}`,
];

function cablesOf(of: {
  site: Site;
  voter: PairVoter;
  index: number;
  mtu: number;
  found(name: string): boolean;
}): string[] {
  const { site, voter, index, mtu } = of;
  const [access, storage] = labCables(site, index);
  const namespace = labNamespace(site, voter.name);
  const cable = (name: string, peer: string, bridge: string): string[] => [
    ...(of.found(name) ? [`link del ${name}`] : []),
    `link add ${name} mtu ${mtu} type veth peer name ${peer} mtu ${mtu} netns ${namespace}`,
    `link set ${name} master ${bridge}`,
    `link set ${name} up`,
  ];
  return [
    ...cable(access, 'lan0', switchName(site)),
    ...(voter.storage === undefined ? [] : cable(storage, 'stor0', storageSwitch(site))),
  ];
}

/** What a node finds when it starts: its ports up, its address between the nodes, and a way out by way of this machine. The address on the
 * access network is its own to set: the switch of a node has it. */
function insideOf(site: Site, { access, storage }: PairVoter): string[] {
  const { network } = site;
  const pair = site.pair ?? site.alone?.formerly;
  if (!pair) return [];
  const prefix = network.subnet.split('/')[1];
  const ways = ['link set lo up', `link set ${pair.accessDevice} up`];
  if (storage === undefined)
    return [
      ...ways,
      `addr add ${access}/${prefix} dev ${pair.accessDevice}`,
      `route add default via ${labAddress(site)}`,
      // Nobody there is reached from here: it is known at once.
      `route add unreachable ${pair.storageSubnet}`,
    ];
  return [
    ...ways,
    `addr add ${storage}/${pair.storageSubnet.split('/')[1]} dev ${pair.storageDevice}`,
    `link set ${pair.storageDevice} up`,
    // While that device is away: what is meant for the other node must not leave by the way out, where anybody may answer.
    `route add unreachable ${pair.storageSubnet} metric ${LAST_RESORT_METRIC}`,
  ];
}

/** The nftables script that lets the lab out under this machine's address; replaces what was there in one step. */
export function labRules(site: Site): string {
  const { subnet } = site.network;
  const table = `table ip ${tableName(site)}`;
  const chain = '{ type nat hook postrouting priority srcnat; policy accept;';
  const out = `ip saddr ${subnet} ip daddr != ${subnet} masquerade; }`;
  return `${table}\ndelete ${table}\n${table} {\n  chain postrouting ${chain} ${out}\n}\n`;
}
