// A rolling restart of the site's voters, as this node has part in it.
import { ownNode } from '#model/site';
import { readTextIfPresent } from '#platform/disk';
import type { EtcdOptions } from '#platform/etcd';
import { keepRolling, type Rolling } from '#services/rolling';
import { wanting } from './pair-status.ts';
import type { StartedPair, StartingPair } from './start-pair.ts';

/** `controls`: whether this node controls now. */
export function keepNodeRolling(
  of: StartingPair,
  started: StartedPair,
  { etcd, controls }: { readonly etcd: EtcdOptions; controls(): boolean },
): Rolling {
  const { site, pair, folders, events, clock, log, ask, restart } = of;
  const self = ownNode(site);
  const other = pair.nodes.find(({ name }) => name !== self)?.name ?? '';
  return keepRolling({
    ...{ self, etcd, clock, log, ask, restart },
    leadership: () => (controls() ? started.failover.leadership : undefined),
    look: (voter) => {
      const word = voter === self ? started.word() : started.votes.word(voter);
      return {
        wanting: wanting(site, started),
        otherIsFit: started.votes.word(other)?.fit === true,
        runs: word?.runs === true,
        ...(word?.restartedFor !== undefined && { restartedFor: word.restartedFor }),
      };
    },
    workerOf: (voter) => site.machines.find(({ node, pinned }) => pinned && node === voter)?.name,
    handOver: () => started.failover.handOver(),
    restartedFor: () => readTextIfPresent(folders.restartedFor),
    told: (event) => events.add({ ...event, subject: site.name }),
  });
}
