// Spreads pods over topology domains. A domain may have at most `maxSkew` pods more than the emptiest one.
// Source: Kubernetes concepts "Pod Topology Spread Constraints".
import { labelSelectorMatches } from '#base';
import type { TopologySpreadConstraint } from '#model/kube';
import type { Cluster, NodeInfo } from './cluster.ts';
import { countByDomain } from './inter-pod-affinity.ts';
import { podAcceptsNode } from './node-affinity.ts';
import { narrowed, type PodInfo, type PodQuery } from './pod-info.ts';
import { untoleratedTaint } from './tolerations.ts';

interface Spread {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly domains: ReadonlyMap<string, number>;
  readonly least: number;
  readonly self: number;
}

function queryOf(info: PodInfo, constraint: TopologySpreadConstraint): PodQuery {
  const selector = narrowed(constraint.labelSelector, info.labels, { match: constraint.matchLabelKeys });
  return {
    id: `spread:${info.namespace}:${JSON.stringify(selector ?? null)}`,
    matches: (pod) =>
      pod.namespace === info.namespace &&
      !pod.pod.metadata?.deletionTimestamp &&
      labelSelectorMatches(selector, pod.labels),
  };
}

function isEligible(info: PodInfo, constraint: TopologySpreadConstraint, node: NodeInfo): boolean {
  const { spec } = info.pod;
  if ((constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !podAcceptsNode(spec, node.node)) return false;
  if (constraint.nodeTaintsPolicy !== 'Honor') return true;
  return !untoleratedTaint(node.node.spec?.taints, spec?.tolerations, ['NoSchedule', 'NoExecute']);
}

function spreadsOf(info: PodInfo, cluster: Cluster, constraints: readonly TopologySpreadConstraint[]): Spread[] {
  const keys = constraints.map((constraint) => constraint.topologyKey);
  const complete = [...cluster.nodes.values()].filter((n) =>
    keys.every((k) => n.node.metadata?.labels?.[k] !== undefined),
  );
  return constraints.map((constraint) => {
    const query = queryOf(info, constraint);
    const counts = cluster.count(query);
    const domains = new Map<string, number>();
    for (const node of complete) {
      if (!isEligible(info, constraint, node)) continue;
      const value = node.node.metadata?.labels?.[constraint.topologyKey] ?? '';
      domains.set(value, (domains.get(value) ?? 0) + (counts.get(node.name) ?? 0));
    }
    const few = domains.size < (constraint.minDomains ?? 1);
    return {
      topologyKey: constraint.topologyKey,
      maxSkew: constraint.maxSkew,
      domains,
      least: few || domains.size === 0 ? 0 : Math.min(...domains.values()),
      self: query.matches(info) ? 1 : 0,
    };
  });
}

export function spreadFilter(info: PodInfo, cluster: Cluster): ((node: NodeInfo) => string | undefined) | undefined {
  const all = info.pod.spec?.topologySpreadConstraints ?? [];
  const constraints = all.filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule');
  if (constraints.length === 0) return undefined;
  const spreads = spreadsOf(info, cluster, constraints);
  return (node) => {
    for (const { topologyKey, maxSkew, domains, least, self } of spreads) {
      const domain = node.node.metadata?.labels?.[topologyKey];
      if (domain === undefined) return "node(s) didn't match pod topology spread constraints (missing required label)";
      if ((domains.get(domain) ?? 0) + self - least > maxSkew)
        return "node(s) didn't match pod topology spread constraints";
    }
    return undefined;
  };
}

// Without constraints of its own a pod is spread over nodes and zones among the pods of its controller.
const UNASKED = [
  { topologyKey: 'kubernetes.io/hostname', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
];

/** How crowded a node's domains are, less is better; undefined when there is nothing to spread by. */
export function spreadCrowding(
  info: PodInfo,
  cluster: Cluster,
  nodes: readonly NodeInfo[],
): ((node: NodeInfo) => number) | undefined {
  const all = info.pod.spec?.topologySpreadConstraints ?? [];
  const soft = all.filter((constraint) => constraint.whenUnsatisfiable === 'ScheduleAnyway');
  const wanted: { topologyKey: string; maxSkew: number; query: PodQuery }[] = soft.map((constraint) => ({
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    query: queryOf(info, constraint),
  }));
  const uid = info.controllerUid;
  if (all.length === 0 && uid) {
    const query: PodQuery = { id: `controller:${uid}`, matches: (pod) => pod.controllerUid === uid };
    for (const preset of UNASKED) wanted.push({ ...preset, query });
  }
  if (wanted.length === 0) return undefined;
  const parts = wanted.map(({ topologyKey, maxSkew, query }) => {
    const counts = cluster.count(query);
    const domains = countByDomain(counts, topologyKey, cluster.nodes);
    const values = new Set(
      nodes.map((node) => node.node.metadata?.labels?.[topologyKey]).filter((v) => v !== undefined),
    );
    return { topologyKey, maxSkew, domains, weight: Math.log(values.size + 2) };
  });
  return (node) =>
    parts.reduce((sum, { topologyKey, maxSkew, domains, weight }) => {
      const domain = node.node.metadata?.labels?.[topologyKey];
      return domain === undefined ? sum : sum + (domains.get(domain) ?? 0) * weight + (maxSkew - 1);
    }, 0);
}
