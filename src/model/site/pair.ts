// A site of two nodes: its voters, and where each is reached.
import { present } from '#base';
import { hostAddress } from './addresses.ts';
import { NODE_NAME } from './naming.ts';

export const SECOND_NODE_NAME = 'node-b';
export const WITNESS_NAME = 'witness';

export interface PairVoter {
  readonly name: string;
  /** Address on the access network: the node's own on the site's switch. */
  readonly access: string;
  /** Address on the network between the nodes; the witness has none. */
  readonly storage?: string;
  /** Path of its data folder on its machine. */
  readonly data: string;
}

export interface Pair {
  readonly nodes: readonly [PairVoter, PairVoter];
  /** The third voter, on neither of them; it runs no pods. */
  readonly witness: PairVoter;
  /** The port of each node's switch to the others. */
  readonly accessDevice: string;
  readonly storageDevice: string;
  /** Range of the network between the nodes. */
  readonly storageSubnet: string;
  /** A router on the access network, where the nodes have no other way out. */
  readonly wayOut?: string;
}

export const votersOf = ({ nodes, witness }: Pair): readonly PairVoter[] => [...nodes, witness];

export const voterOf = (pair: Pair, name: string): PairVoter =>
  present(
    votersOf(pair).find((voter) => voter.name === name),
    `${name} is a voter of the site`,
  );

/** The address at which one voter reaches another: between the nodes by their own network, else by the access network. */
export function addressBetween(pair: Pair, from: string, to: string): string {
  const { storage, access } = voterOf(pair, to);
  return (voterOf(pair, from).storage !== undefined && storage) || access;
}

/** A pair with its addresses in the site's subnet and in the one between the nodes. */
export function planPair(subnet: string, dataOf: (voter: string) => string): Pair {
  const storageSubnet = `10.51.${subnet.split('.')[2]}.0/24`;
  const node = (name: string, host: number): PairVoter => ({
    name,
    access: hostAddress(subnet, host),
    storage: hostAddress(storageSubnet, host),
    data: dataOf(name),
  });
  return {
    nodes: [node(NODE_NAME, 1), node(SECOND_NODE_NAME, 2)],
    witness: { name: WITNESS_NAME, access: hostAddress(subnet, 3), data: dataOf(WITNESS_NAME) },
    accessDevice: 'lan0',
    storageDevice: 'stor0',
    storageSubnet,
  };
}
