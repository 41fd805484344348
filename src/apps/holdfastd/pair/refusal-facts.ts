// Where everybody of a pair stands, for whoever refuses a node.
import { masterOf, ownNode, refusalTable, type Site, VOTER_PORTS, votersOf, WITNESS_NAME } from '#model/site';
import type { RefusableNode, RefusalFacts } from '#services/fencing';

export function refusalFacts(site: Site): RefusalFacts {
  const { pair, network, machines, clusters } = site;
  const voters = pair ? votersOf(pair) : [];
  const isWitness = ownNode(site) === WITNESS_NAME;
  const nodes = voters.map(({ name, access, storage }): [string, RefusableNode] => [
    name,
    {
      addresses: storage === undefined ? [access] : [access, storage],
      machines: machines.filter(({ node, pinned }) => pinned && node === name).map(({ address }) => address),
    },
  ]);
  const { first, last } = network.serviceIps;
  const floating = [
    ...[network.apiAddress, network.doorAddress, masterOf(site).address, `${first}-${last}`],
    ...clusters.map(({ podCidr }) => podCidr),
  ];
  return {
    table: refusalTable(site),
    devices: pair ? [pair.accessDevice, ...(isWitness ? [] : [pair.storageDevice])] : [],
    doorPort: VOTER_PORTS.door,
    votePorts: [VOTER_PORTS.etcd, VOTER_PORTS.etcdPeers],
    nodes: Object.fromEntries(nodes),
    floating: isWitness ? [] : floating,
  };
}
