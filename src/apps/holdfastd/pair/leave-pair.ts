// The end of a pair as the node that stays carries it out: takes the voters that go out of etcd, once it is sure that they do no harm.
import { WorldError } from '#base';
import { ownNode, type Site, votersOf } from '#model/site';
import type { Clock } from '#platform/clock';
import { removeMembers } from '#services/etcd-member';
import type { StartedPair } from './start-pair.ts';

/** etcd asks for five seconds in which those that stay have heard each other; a busy machine takes longer. */
const PATIENCE_MS = 60_000;

export interface Dismissal {
  /** Taken out one after the other. */
  readonly voters: readonly string[];
  /** One of them that cannot be asked: its fence must stand. */
  readonly dead?: string;
}

/** Errors: WorldError `Unavailable`: the site starts, another node controls it, there is no majority; `Conflict`: the dead node is not fenced. */
export async function dismissVoters(
  of: { readonly site: Site; readonly pair: StartedPair | undefined; readonly clock: Clock },
  { voters, dead }: Dismissal,
): Promise<void> {
  const { site, pair, clock } = of;
  const self = ownNode(site);
  const seen = pair?.failover.seen;
  if (!pair || !seen || seen.controller !== self)
    throw new WorldError('Unavailable', `${self} does not control the site (yet)`, {
      cure: 'try again when it does: holdfast status',
    });
  if (dead !== undefined) {
    const fence = seen.fences.find(({ node }) => node === dead);
    const others = site.pair ? votersOf(site.pair).map(({ name }) => name) : [];
    const stands = fence?.off || (fence && others.every((name) => name === dead || fence.acks.includes(name)));
    if (!stands)
      throw new WorldError('Conflict', `${dead} is not fenced: it may still run pods of its own`, {
        cure: 'wait until holdfast events tells that it is fenced, or leave --dead out when it runs',
      });
  }
  await removeMembers({ etcd: pair.etcd, voters, clock, patienceMs: PATIENCE_MS });
}
