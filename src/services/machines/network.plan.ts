// Decides which `ip` commands bring the switch and the cables of machines to what the site says. Data in, commands out;
// what is there already is left alone, so an interrupted setting-up goes on and a second one does nothing.
import { cableName, type Machine, namespaceName, type Site, switchName } from '#model/site';

export interface InterfaceFacts {
  readonly name: string;
  readonly up: boolean;
  readonly addresses: readonly string[];
}

const prefixOf = (site: Site): string => site.network.subnet.split('/')[1] ?? '24';

/** A fixed hardware address: a bridge without one takes, and changes to, the lowest of its ports. */
const switchHardware = (site: Site): string => `02:50:${[0, 2, 4].map((at) => site.id.slice(at, at + 2)).join(':')}:01`;

/** Commands in the host's namespace for the switch. */
export function planSwitch(site: Site, present: readonly InterfaceFacts[], mtu: number): string[] {
  const name = switchName(site);
  const found = present.find((link) => link.name === name);
  const wanted = [`${site.network.gateway}/${prefixOf(site)}`, `${site.network.doorAddress}/32`];
  return [
    ...(found ? [] : [`link add name ${name} address ${switchHardware(site)} mtu ${mtu} type bridge`]),
    ...(found?.up ? [] : [`link set ${name} up`]),
    ...wanted
      .filter((address) => !found?.addresses.includes(address))
      .map((address) => `addr add ${address} dev ${name}`),
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
      ? []
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
      ...(of.hasDefaultRoute ? [] : [`route add default via ${site.network.gateway}`]),
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
    '  }',
    '}',
    '',
  ].join('\n');
}
