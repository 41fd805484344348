// Says why a pod cannot be on a node. Filters run in order, the cheap ones first; the first that objects gives the reasons,
// in the words that `kubectl describe pod` has always shown.
import { type Cluster, type NodeInfo, portsClash } from './cluster.ts';
import { interPodFilter } from './inter-pod-affinity.ts';
import { podAcceptsNode } from './node-affinity.ts';
import type { PodInfo } from './pod-info.ts';
import { untoleratedTaint } from './tolerations.ts';
import { spreadFilter } from './topology-spread.ts';

/** Reasons against a node; undefined when there is none. */
export type NodeFilter = (node: NodeInfo) => readonly string[] | undefined;

const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function one(reason: string | undefined): readonly string[] | undefined {
  return reason === undefined ? undefined : [reason];
}

function fitReasons(info: PodInfo, node: NodeInfo): readonly string[] | undefined {
  const reasons: string[] = [];
  const pods = node.allocatable.get('pods');
  if (pods !== undefined && node.pods.size + 1 > pods) reasons.push('Too many pods');
  for (const [resource, amount] of info.requests) {
    if (amount === 0) continue;
    const free = (node.allocatable.get(resource) ?? 0) - (node.requested.get(resource) ?? 0);
    if (amount > free) reasons.push(`Insufficient ${resource}`);
  }
  return reasons.length > 0 ? reasons : undefined;
}

function portReason(info: PodInfo, node: NodeInfo): string | undefined {
  if (info.ports.length === 0) return undefined;
  for (const other of node.pods.values()) {
    if (other.ports.some((used) => info.ports.some((wanted) => portsClash(used, wanted)))) {
      return "node(s) didn't have free ports for the requested pod ports";
    }
  }
  return undefined;
}

/** All filters for one pod, except volumes. */
export function nodeFilters(info: PodInfo, cluster: Cluster): NodeFilter[] {
  const { spec } = info.pod;
  const filters: NodeFilter[] = [];
  const nodeName = spec?.nodeName;
  if (nodeName)
    filters.push((node) => one(node.name === nodeName ? undefined : "node(s) didn't match the requested node name"));
  filters.push((node) => {
    const { unschedulable, taints } = node.node.spec ?? {};
    const barred = unschedulable && untoleratedTaint([unschedulableTaint], spec?.tolerations, ['NoSchedule']);
    if (barred) return ['node(s) were unschedulable'];
    const taint = untoleratedTaint(taints, spec?.tolerations, ['NoSchedule', 'NoExecute']);
    return taint ? [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`] : undefined;
  });
  if (spec?.nodeSelector || spec?.affinity?.nodeAffinity) {
    filters.push((node) =>
      one(podAcceptsNode(spec, node.node) ? undefined : "node(s) didn't match Pod's node affinity/selector"),
    );
  }
  filters.push((node) => one(portReason(info, node)));
  filters.push((node) => fitReasons(info, node));
  const spread = spreadFilter(info, cluster);
  if (spread) filters.push((node) => one(spread(node)));
  const neighbours = interPodFilter(info, cluster);
  if (neighbours) filters.push((node) => one(neighbours(node)));
  return filters;
}
