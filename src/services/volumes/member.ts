// What belongs to replicated volumes on one member of a pair: its folders, its groups, the members as it reaches them.
import { addressBetween, type Pair, type SiteFolders, votersOf } from '#model/site';
import type { Cgroups } from '#platform/cgroup';

export interface VolumesMember {
  /** Root of the member's control groups. */
  readonly groupRoot: string;
  readonly folders: SiteFolders;
  readonly pair: Pair;
  /** Which voter of the pair this is. */
  readonly self: string;
  /** PATH of the programs. */
  readonly path: string;
  readonly cgroups: Pick<Cgroups, 'create'>;
  /** Path of the network namespace that the member stands in, when it is not ours. */
  readonly networkNamespace?: string;
}

/** glusterd, bricks, the self-heal daemon. */
export const bricksCgroup = (groupRoot: string): string => `${groupRoot}/bricks`;
/** Clients: without them nothing on the node writes to a replicated volume. */
export const volumesCgroup = (groupRoot: string): string => `${groupRoot}/volumes`;

/** Name to address, as this member reaches each. */
export const hostsOf = (pair: Pair, self: string): ReadonlyMap<string, string> =>
  new Map(votersOf(pair).map(({ name }) => [name, addressBetween(pair, self, name)]));

/** Members that hold bricks, in order. A far witness holds none. */
export function brickHosts(pair: Pair, farWitness: boolean): { hosts: readonly string[]; arbiter: boolean } {
  const nodes = pair.nodes.map(({ name }) => name);
  return farWitness ? { hosts: nodes, arbiter: false } : { hosts: [...nodes, pair.witness.name], arbiter: true };
}
