// Chooses a node for a pod: filters, then scores; among equals by lot. Places for preemption: an unschedulable answer says
// which nodes failed for reasons that removing pods could mend.
import type { Random } from '#base';
import type { Cluster, NodeInfo } from './cluster.ts';
import { nodeFilters } from './filters.ts';
import type { PodInfo } from './pod-info.ts';
import { scoreNodes } from './scores.ts';
import { type VolumeDecision, type VolumeView, volumePrefilter } from './volume-filter.ts';

export type SchedulingDecision =
  | { readonly kind: 'placed'; readonly node: string; readonly volumes?: VolumeDecision }
  | {
      readonly kind: 'unschedulable';
      /** "0/2 nodes are available: 1 Insufficient cpu, 1 Too many pods." */
      readonly message: string;
      /** Distinct reasons. */
      readonly reasons: readonly string[];
    };

export function schedulePod(
  info: PodInfo,
  cluster: Cluster,
  options: { volumes: VolumeView; random: Random },
): SchedulingDecision {
  const total = cluster.nodes.size;
  if (total === 0) return { kind: 'unschedulable', message: 'no nodes available to schedule pods', reasons: [] };
  const volumes = volumePrefilter(info, cluster, options.volumes);
  if (volumes.kind === 'refused') {
    const message = `0/${total} nodes are available: ${volumes.reason}.`;
    return { kind: 'unschedulable', message, reasons: [volumes.reason] };
  }
  const filters = nodeFilters(info, cluster);
  if (volumes.kind === 'check') {
    filters.push((node) => {
      const reason = volumes.filter(node);
      return reason === undefined ? undefined : [reason];
    });
  }
  const fitting: NodeInfo[] = [];
  const counts = new Map<string, number>();
  for (const node of cluster.nodes.values()) {
    let reasons: readonly string[] | undefined;
    for (const filter of filters) {
      reasons = filter(node);
      if (reasons) break;
    }
    if (!reasons) fitting.push(node);
    else for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const chosen = choose(info, cluster, fitting, options.random);
  if (!chosen)
    return { kind: 'unschedulable', message: unschedulableMessage(total, counts), reasons: [...counts.keys()] };
  const decision = volumes.kind === 'check' ? volumes.decide(chosen) : undefined;
  return { kind: 'placed', node: chosen.name, ...(decision ? { volumes: decision } : {}) };
}

function choose(info: PodInfo, cluster: Cluster, fitting: readonly NodeInfo[], random: Random): NodeInfo | undefined {
  if (fitting.length <= 1) return fitting[0];
  const scores = scoreNodes(info, fitting, cluster).map(Math.floor);
  const best = Math.max(...scores);
  const equals = fitting.filter((_node, place) => scores[place] === best);
  return equals[random.below(equals.length)];
}

export function unschedulableMessage(total: number, counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${total} nodes are available: ${parts.join(', ')}.`;
}
