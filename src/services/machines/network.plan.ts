// Decides which `ip` commands bring the switch and the cables of machines to what the site says. Data in, commands out;
// what is there already is left alone, so an interrupted setting-up goes on and a second one does nothing.
import {
  CONTROL_LINK,
  cableName,
  controlLinkName,
  type Machine,
  namespaceName,
  nodeAddress,
  ownNode,
  type Site,
  switchName,
  uplinkOf,
  VOTER_PORTS,
  WITNESS_NAME,
} from '#model/site';

export interface InterfaceFacts {
  readonly name: string;
  readonly up: boolean;
  readonly addresses: readonly string[];
}

const prefixOf = (site: Site): string => site.network.subnet.split('/')[1] ?? '24';

/** A fixed hardware address: a bridge without one takes, and changes to, the lowest of its ports. The switches of two nodes are one
 * network, so each has its own. */
function switchHardware(site: Site): string {
  const last = { [WITNESS_NAME]: '03', [site.pair?.nodes[1].name ?? '']: '02' }[ownNode(site)] ?? '01';
  return `02:50:${[0, 2, 4].map((at) => site.id.slice(at, at + 2)).join(':')}:${last}`;
}

/** Commands in the host's namespace for the switch. The doors of a pair stand where control is, so they are not the switch's. */
export function planSwitch(site: Site, present: readonly InterfaceFacts[], mtu: number): string[] {
  const name = switchName(site);
  const { pair, network } = site;
  const uplink = uplinkOf(site);
  const found = present.find((link) => link.name === name);
  const wanted = [`${nodeAddress(site)}/${prefixOf(site)}`, ...(pair ? [] : [`${network.doorAddress}/32`])];
  return [
    ...(found ? [] : [`link add name ${name} address ${switchHardware(site)} mtu ${mtu} type bridge`]),
    ...(found?.up ? [] : [`link set ${name} up`]),
    ...(uplink && !found ? [`link set ${uplink.accessDevice} master ${name}`] : []),
    ...wanted
      .filter((address) => !found?.addresses.includes(address))
      .map((address) => `addr add ${address} dev ${name}`),
    ...(uplink?.wayOut === undefined || found ? [] : [`route replace default via ${uplink.wayOut}`]),
  ];
}

export interface MachineNetworkPlan {
  /** In the host's namespace. */
  readonly outside: readonly string[];
  /** In the machine's. */
  readonly inside: readonly string[];
}

/** Commands for a machine whose namespace exists. */
export function planMachineNetwork(of: {
  readonly site: Site;
  readonly machine: Machine;
  readonly host: readonly InterfaceFacts[];
  readonly within: readonly InterfaceFacts[];
  readonly hasDefaultRoute: boolean;
  readonly mtu: number;
}): MachineNetworkPlan {
  const { site, machine, host, within, mtu } = of;
  const cable = cableName(site, site.machines.indexOf(machine));
  const eth0 = within.find((link) => link.name === 'eth0');
  const orphan = !eth0 && host.some((link) => link.name === cable);
  const wanted = [
    `${machine.address}/${prefixOf(site)}`,
    // The API's virtual address stands where the master is.
    ...(machine.role === 'master' ? [`${site.network.apiAddress}/32`] : []),
  ];
  return {
    outside: eth0
      ? host.some((link) => link.name === cable && !link.up)
        ? [`link set ${cable} up`]
        : []
      : [
          ...(orphan ? [`link del ${cable}`] : []),
          `link add ${cable} mtu ${mtu} type veth peer name eth0 mtu ${mtu} netns ${namespaceName(site, machine)}`,
          `link set ${cable} master ${switchName(site)}`,
          `link set ${cable} up`,
        ],
    inside: [
      ...wanted
        .filter((address) => !eth0?.addresses.includes(address))
        .map((address) => `addr add ${address} dev eth0`),
      ...(eth0?.up ? [] : ['link set eth0 up']),
      ...(of.hasDefaultRoute ? [] : [`route add default via ${nodeAddress(site)}`]),
    ],
  };
}

/** Commands that link the master machine to its node whether or not it stands there, for a pair: in the node's namespace, in the machine's. */
export function planControlLink(
  site: Site,
  machine: Machine,
  has: { readonly host: readonly InterfaceFacts[]; readonly within: readonly InterfaceFacts[] },
): MachineNetworkPlan {
  const pair = site.pair ?? site.alone?.formerly;
  if (!pair || has.within.some(({ name }) => name === 'ctl0')) return { outside: [], inside: [] };
  const { node, master } = CONTROL_LINK;
  const name = controlLinkName(site);
  return {
    outside: [
      ...(has.host.some((link) => link.name === name) ? [`link del ${name}`] : []),
      `link add ${name} type veth peer name ctl0 netns ${namespaceName(site, machine)}`,
      `addr add ${node}/30 dev ${name}`,
      `link set ${name} up`,
    ],
    inside: [
      `addr add ${master}/30 dev ctl0`,
      'link set ctl0 up',
      `route add ${pair.storageSubnet} via ${node}`,
      `route add default via ${node} metric 200`,
    ],
  };
}

/** The nftables script that lets machines out under the host's address; replaces what was there in one step. */
export function outboundRules(site: Site, table: string): string {
  const { subnet } = site.network;
  return [
    `table ip ${table}`,
    `delete table ip ${table}`,
    `table ip ${table} {`,
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    ip saddr ${subnet} ip daddr != ${subnet} oifname != "${switchName(site)}" masquerade`,
    ...(site.pair || site.alone ? [`    ip saddr ${CONTROL_LINK.subnet} masquerade`] : []),
    '  }',
    ...peerRules(site),
    '}',
    '',
  ].join('\n');
}

/** Members of etcd on two nodes speak over the storage network alone. */
function peerRules(site: Site): string[] {
  const { pair } = site;
  if (!pair) return [];
  const nodes = pair.nodes.map(({ access }) => access).join(', ');
  return [
    '  chain input {',
    '    type filter hook input priority filter; policy accept;',
    `    iifname "${switchName(site)}" ip saddr { ${nodes} } tcp dport ${VOTER_PORTS.etcdPeers} reject with tcp reset`,
    '  }',
  ];
}
