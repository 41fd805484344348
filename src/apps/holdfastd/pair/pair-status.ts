// What a node of a pair knows of the whole: who is there, who votes, who controls, and what runs on the others.
import { masterOf, ownNode, type Site, type SiteStatus, siteForecast } from '#model/site';
import { machineTime } from '#platform/clock';
import type { ConditionFact } from '../conditions.ts';
import type { StartedPair } from './start-pair.ts';

export interface PairFacts {
  readonly votes: readonly { name: string; up: boolean }[];
  readonly controller?: string;
  readonly present: readonly string[];
  /** What the pair is not whole for, as it is told. */
  readonly missing: readonly string[];
}

/** Milliseconds. What was seen of the site before holds no more: whoever sees nothing for so long has no majority with it. */
const SEEN_MS_MAX = 5_000;

export function pairFacts(site: Site, { failover, votes, ownEtcd }: StartedPair): PairFacts {
  const list = votes.list({ name: ownNode(site), up: ownEtcd() });
  const isSeen = failover.seen !== undefined && machineTime.bootMs() - failover.seen.sentMs < SEEN_MS_MAX;
  const seen = isSeen ? failover.seen : undefined;
  const nodes = site.pair?.nodes.map(({ name }) => name) ?? [];
  const present = seen?.present ?? [];
  const answering = list.filter(({ up }) => up).length;
  return {
    votes: list,
    ...(seen?.controller !== undefined && { controller: seen.controller }),
    present,
    missing: [
      ...list.filter(({ up }) => !up).map(({ name }) => `the vote of ${name}`),
      ...(seen
        ? nodes.filter((name) => !present.includes(name)).map((name) => `node ${name}`)
        : [`a majority of the votes (${answering} of ${list.length} answer)`]),
      ...(seen?.controller === undefined ? ['a node that controls'] : []),
    ],
  };
}

function volumesWanting(site: Site, { volumes }: StartedPair): readonly string[] {
  const { mounted, bricks, healing, readOnlyIfLost } = volumes.state();
  if (!mounted) return ['the replicated volumes on this node'];
  const away = bricks.filter(({ up }) => !up).map(({ member }) => `the copy on ${member}`);
  const nodes = site.pair?.nodes.filter(({ name }) => readOnlyIfLost.includes(name)).map(({ name }) => name) ?? [];
  return [
    ...away,
    ...(healing > 0 ? [`${healing} entries of volumes that are still to be copied`] : []),
    ...(away.length === 0 && nodes.length > 0 ? [`volumes that take writes without ${nodes.join(' or ')}`] : []),
  ];
}

/** What must be there for the loss of either node to be survived, and is not, as it is told. */
export function wanting(site: Site, pair: StartedPair): readonly string[] {
  const { missing } = pairFacts(site, pair);
  const shared = pair.shared.state();
  return [
    ...missing,
    ...volumesWanting(site, pair),
    ...(shared.keepsUp ? [] : [`keys and settings on both nodes (${shared.problem ?? 'they are under way'})`]),
  ];
}

/** Whether the loss of either node is survived now, as far as it rests on votes and keys. */
export function redundancy(site: Site, pair: StartedPair): ConditionFact {
  const missing = wanting(site, pair);
  const type = 'Redundant';
  return missing.length === 0
    ? { type, holds: true, reason: 'Whole', message: 'the loss of either node is survived' }
    : {
        type,
        holds: false,
        reason: 'NotWhole',
        message: `the loss of a node may not be survived now: wanting are ${missing.join(', ')}`,
      };
}

/** This node's status with what the others say of themselves. */
export function pairStatus(own: SiteStatus, { site, pair }: { site: Site; pair: StartedPair }): SiteStatus {
  const facts = pairFacts(site, pair);
  const self = ownNode(site);
  const forecast = pair.forecast();
  const words = facts.votes
    .filter(({ name }) => name !== self)
    .map(({ name }) => ({ name, word: pair.votes.word(name) }));
  const isReady = (name: string): boolean => {
    const machines = own.machines.filter((machine) => machine.node === name && machine.pinned);
    return facts.present.includes(name) && machines.every(({ state }) => state === 'Running');
  };
  const master = masterOf(site).name;
  return {
    ...own,
    votes: facts.votes,
    ...(forecast && { forecast: siteForecast(forecast) }),
    nodes: (site.pair?.nodes ?? []).map(({ name, access }) => ({
      name,
      address: access,
      ready: isReady(name),
      holdsControl: facts.controller === name,
    })),
    machines: own.machines.map((machine) =>
      machine.name === master && facts.controller !== undefined ? { ...machine, node: facts.controller } : machine,
    ),
    endpoints: facts.controller === undefined ? {} : { registry: `${site.network.doorAddress}:${site.ports.registry}` },
    processes: [...own.processes, ...words.flatMap(({ word }) => word?.status.processes ?? [])],
  };
}
