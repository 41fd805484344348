// Keeps pods together or apart by topology domain: what the pod asks for, and what pods already placed ask of it.
// Source: Kubernetes concepts "Assigning Pods to Nodes", "Inter-pod affinity and anti-affinity".
import type { Cluster, NodeInfo } from './cluster.ts';
import type { PodInfo } from './pod-info.ts';

/** Pods per value of a topology key, from pods per node. */
export function countByDomain(
  counts: ReadonlyMap<string, number>,
  topologyKey: string,
  nodes: ReadonlyMap<string, NodeInfo>,
): Map<string, number> {
  const domains = new Map<string, number>();
  for (const [name, count] of counts) {
    const value = nodes.get(name)?.node.metadata?.labels?.[topologyKey];
    if (value !== undefined) domains.set(value, (domains.get(value) ?? 0) + count);
  }
  return domains;
}

const domainOf = (node: NodeInfo, topologyKey: string): string | undefined => node.node.metadata?.labels?.[topologyKey];

/** Says why a node will not do; made once for a pod. Undefined when the pod and its neighbours ask for nothing. */
export function interPodFilter(info: PodInfo, cluster: Cluster): ((node: NodeInfo) => string | undefined) | undefined {
  const { nodes } = cluster;
  const refused = [...cluster.placedTerms('antiAffinity')]
    .filter(({ term }) => term.matches(info))
    .map(({ term, nodes: counts }) => ({
      key: term.topologyKey,
      domains: countByDomain(counts, term.topologyKey, nodes),
    }));
  const apart = info.antiAffinity.map((term) => ({
    key: term.topologyKey,
    domains: countByDomain(cluster.count(term), term.topologyKey, nodes),
  }));
  const near = requiredNear(info, cluster);
  if (refused.length === 0 && apart.length === 0 && !near) return undefined;
  const hits = (list: typeof apart, node: NodeInfo): boolean =>
    list.some(({ key, domains }) => domains.has(domainOf(node, key) ?? '') && domainOf(node, key) !== undefined);
  return (node) => {
    if (near && !near(node)) return "node(s) didn't match pod affinity rules";
    if (hits(apart, node)) return "node(s) didn't match pod anti-affinity rules";
    if (hits(refused, node)) return "node(s) didn't satisfy existing pods anti-affinity rules";
    return undefined;
  };
}

function requiredNear(info: PodInfo, cluster: Cluster): ((node: NodeInfo) => boolean) | undefined {
  const terms = info.affinity;
  if (terms.length === 0) return undefined;
  // A pod counts when it meets all the terms, not one each.
  const all = {
    id: `all:${terms.map((t) => t.id).join()}`,
    matches: (pod: PodInfo) => terms.every((t) => t.matches(pod)),
  };
  const counts = cluster.count(all);
  const domains = terms.map((term) => countByDomain(counts, term.topologyKey, cluster.nodes));
  // The first of a group that wants to be together has nobody to join.
  const first = domains.every((map) => map.size === 0) && all.matches(info);
  return (node) =>
    terms.every((term, place) => {
      const domain = domainOf(node, term.topologyKey);
      return domain !== undefined && (first || domains[place]?.has(domain) === true);
    });
}

/** Weight of neighbours per node; undefined when there is none to weigh. */
export function interPodScore(info: PodInfo, cluster: Cluster): ((node: NodeInfo) => number) | undefined {
  const weights: { key: string; domains: Map<string, number>; weight: number }[] = [];
  const add = (key: string, counts: ReadonlyMap<string, number>, weight: number): void => {
    if (counts.size > 0) weights.push({ key, domains: countByDomain(counts, key, cluster.nodes), weight });
  };
  for (const term of info.preferredAffinity) add(term.topologyKey, cluster.count(term), term.weight);
  for (const term of info.preferredAntiAffinity) add(term.topologyKey, cluster.count(term), -term.weight);
  const placed = [
    ['affinity', 1],
    ['preferredAffinity', 1],
    ['preferredAntiAffinity', -1],
  ] as const;
  for (const [kind, sign] of placed) {
    for (const { term, nodes } of cluster.placedTerms(kind)) {
      if (term.matches(info)) add(term.topologyKey, nodes, sign * term.weight);
    }
  }
  if (weights.length === 0) return undefined;
  return (node) =>
    weights.reduce((sum, { key, domains, weight }) => {
      const domain = domainOf(node, key);
      return sum + (domain === undefined ? 0 : weight * (domains.get(domain) ?? 0));
    }, 0);
}
