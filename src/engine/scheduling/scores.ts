// How good a node is for a pod: each scorer gives 0 to 100, weighted and added up. Free room, balance of CPU and memory,
// images that are there, wishes about nodes and neighbours, few half-tolerated taints, an even spread.
import type { Cluster, NodeInfo } from './cluster.ts';
import { interPodScore } from './inter-pod-affinity.ts';
import { imageBytesMax, imageBytesMin, scoreMax } from './limits.ts';
import { nodeTermMatches } from './node-affinity.ts';
import type { PodInfo } from './pod-info.ts';
import { untoleratedTaint } from './tolerations.ts';
import { spreadCrowding } from './topology-spread.ts';

function leastAllocated(info: PodInfo, node: NodeInfo): number {
  let sum = 0;
  for (const resource of ['cpu', 'memory']) {
    const capacity = node.allocatable.get(resource) ?? 0;
    const used = (node.weighed.get(resource) ?? 0) + (info.weighed.get(resource) ?? 0);
    sum += capacity > 0 && used <= capacity ? ((capacity - used) * scoreMax) / capacity : 0;
  }
  return sum / 2;
}

function balanced(info: PodInfo, node: NodeInfo): number {
  const [cpu = 0, memory = 0] = ['cpu', 'memory'].map((resource) => {
    const capacity = node.allocatable.get(resource) ?? 0;
    const used = (node.requested.get(resource) ?? 0) + (info.requests.get(resource) ?? 0);
    return capacity > 0 ? Math.min(1, used / capacity) : 0;
  });
  return (1 - Math.abs(cpu - memory) / 2) * scoreMax;
}

/** Bytes that need not be pulled; an image that few nodes have counts less, so that not all its pods end on one node. */
function imageLocality(info: PodInfo, node: NodeInfo, cluster: Cluster): number {
  let bytes = 0;
  for (const image of info.images) {
    const size = node.images.get(image);
    if (size) bytes += (size * cluster.nodesWithImage(image)) / Math.max(1, cluster.nodes.size);
  }
  const most = imageBytesMax * Math.max(1, info.images.length);
  const held = Math.min(Math.max(bytes, imageBytesMin), most);
  return (scoreMax * (held - imageBytesMin)) / (most - imageBytesMin);
}

/** Raw values brought to 0..100, the highest being best unless `reverse`. */
function scaled(raw: readonly number[], reverse = false): number[] {
  const most = Math.max(0, ...raw);
  if (most === 0) return raw.map(() => (reverse ? scoreMax : 0));
  return raw.map((value) => (reverse ? scoreMax - (value * scoreMax) / most : (value * scoreMax) / most));
}

function between(raw: readonly number[]): number[] {
  const least = Math.min(...raw);
  const span = Math.max(...raw) - least;
  return raw.map((value) => (span > 0 ? ((value - least) * scoreMax) / span : 0));
}

function spreadScores(raw: readonly number[]): number[] {
  const most = Math.max(...raw);
  const least = Math.min(...raw);
  return raw.map((value) => (most === 0 ? scoreMax : (scoreMax * (most + least - value)) / most));
}

/** Total score of each of `nodes`, in their order. */
export function scoreNodes(info: PodInfo, nodes: readonly NodeInfo[], cluster: Cluster): number[] {
  const totals = nodes.map(
    (node) => leastAllocated(info, node) + balanced(info, node) + imageLocality(info, node, cluster),
  );
  const add = (scores: readonly number[], weight: number): void => {
    scores.forEach((score, place) => {
      totals[place] = (totals[place] ?? 0) + weight * score;
    });
  };
  const { spec } = info.pod;
  if (nodes.some((node) => node.node.spec?.taints?.some((taint) => taint.effect === 'PreferNoSchedule'))) {
    const disliked = nodes.map(
      (node) =>
        (node.node.spec?.taints ?? []).filter((t) => untoleratedTaint([t], spec?.tolerations, ['PreferNoSchedule']))
          .length,
    );
    add(scaled(disliked, true), 3);
  }
  const preferred = spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (preferred) {
    const liked = nodes.map((node) =>
      preferred.reduce((sum, { preference, weight }) => sum + (nodeTermMatches(preference, node.node) ? weight : 0), 0),
    );
    add(scaled(liked), 2);
  }
  const crowding = spreadCrowding(info, cluster, nodes);
  if (crowding) add(spreadScores(nodes.map(crowding)), 2);
  const neighbours = interPodScore(info, cluster);
  if (neighbours) add(between(nodes.map(neighbours)), 2);
  return totals;
}
