// A site of one node that was one of two: what it keeps of that, so that its addresses stay where clients know them and its machines as
// they run.
import { type Pair, type PairVoter, voterOf } from './pair.ts';
import { ownNode } from './placement.ts';
import type { Site } from './site.ts';

export interface Alone {
  /** The port of the node's switch to its clients. */
  readonly accessDevice: string;
  /** A router on the access network, where the node has no other way out. */
  readonly wayOut?: string;
  /** What it was one of: the store may still stand in the member of etcd that it had then. */
  readonly formerly: Pair;
}

/** The site once only `name` is left of its voters. Names, addresses of the API and the doors, and machines of this node stay. */
export function siteAlone(site: Site & { readonly pair: Pair }, name: string): Site {
  const { pair, ...rest } = site;
  const { accessDevice, wayOut } = pair;
  return {
    ...rest,
    node: name,
    alone: { accessDevice, formerly: pair, ...(wayOut !== undefined && { wayOut }) },
    network: { ...site.network, gateway: voterOf(pair, name).access },
    machines: site.machines
      .filter(({ node, pinned }) => !pinned || node === name)
      .map((machine) => (machine.pinned ? machine : { ...machine, node: name })),
  };
}

/** How the node's switch reaches further than the node; nothing on a site that always had one. */
export const uplinkOf = ({
  pair,
  alone,
}: Site): { readonly accessDevice: string; readonly wayOut?: string } | undefined => pair ?? alone;

/** Voters that have left the site, and of which something may be left on this machine. */
export const departed = (site: Site): readonly PairVoter[] =>
  site.alone
    ? [...site.alone.formerly.nodes, site.alone.formerly.witness].filter(({ name }) => name !== ownNode(site))
    : [];
