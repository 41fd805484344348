// Decides from a node's conditions and the age of its last sign of life what its conditions and taints must be.
// Source: Kubernetes concepts "Nodes", "Taints and Tolerations" (taint based evictions).
import type { Node, NodeCondition, Taint } from '#model/kube';
import { nodeGraceMs, nodeStartupGraceMs } from '../limits.ts';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';

const PRESSURE_TAINTS: readonly (readonly [type: string, status: string, key: string])[] = [
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
];
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const OWN_TAINTS = new Set([
  notReadyTaint,
  unreachableTaint,
  UNSCHEDULABLE,
  ...PRESSURE_TAINTS.map(([, , key]) => key),
]);
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function readyStatus(node: Node): string {
  return node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status ?? 'Unknown';
}

/** The last sign of life that differs from the one before, and when it was seen, by a clock that never jumps. */
export interface SignSeen {
  readonly sign: string;
  readonly seenMs: number;
}

/** What a node's signs say at `nowMs`. Only that they change counts, and when that was seen here: whatever times stand in them are the
 * node's own, and a wall clock that jumps makes nobody silent. */
export function judgeSigns(
  before: SignSeen | undefined,
  signs: readonly (string | undefined)[],
  nowMs: number,
): { readonly seen: SignSeen; readonly isSilent: boolean; readonly silentInMs: number } {
  const sign = signs.map((one) => one ?? '').join('|');
  const seen = before?.sign === sign ? before : { sign, seenMs: nowMs };
  const graceMs = signs.some((one) => one !== undefined) ? nodeGraceMs : nodeStartupGraceMs;
  const silentInMs = Math.max(0, seen.seenMs + graceMs - nowMs);
  return { seen, isSilent: silentInMs === 0, silentInMs };
}

/** The conditions of a node that gives no sign of life; undefined when they already say so. */
export function silentConditions(node: Node, now: string): NodeCondition[] | undefined {
  const known = node.status?.conditions ?? [];
  let changed = false;
  const conditions = [...known];
  for (const type of REPORTED) {
    const place = conditions.findIndex((condition) => condition.type === type);
    const before = conditions[place];
    if (before?.status === 'Unknown') continue;
    changed = true;
    const silent: NodeCondition = before
      ? {
          ...before,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        }
      : {
          type,
          status: 'Unknown',
          reason: 'NodeStatusNeverUpdated',
          message: 'Kubelet never posted node status.',
          lastTransitionTime: now,
        };
    if (place >= 0) conditions[place] = silent;
    else conditions.push(silent);
  }
  return changed ? conditions : undefined;
}

/** The taints that a node's state asks for; those of others stay. Undefined when they are as they should be. Without
 * `evicts`, none that drives pods away. */
export function healthTaints(node: Node, options: { now: string; evicts: boolean }): Taint[] | undefined {
  const { now, evicts } = options;
  const known = node.spec?.taints ?? [];
  const ready = readyStatus(node);
  const wanted: Pick<Taint, 'key' | 'effect'>[] = [];
  if (ready !== 'True') {
    const key = ready === 'Unknown' ? unreachableTaint : notReadyTaint;
    wanted.push({ key, effect: 'NoSchedule' });
    if (evicts) wanted.push({ key, effect: 'NoExecute' });
  }
  for (const [type, status, key] of PRESSURE_TAINTS) {
    const holds = node.status?.conditions?.some((condition) => condition.type === type && condition.status === status);
    if (holds) wanted.push({ key, effect: 'NoSchedule' });
  }
  if (node.spec?.unschedulable) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  const same = (a: Pick<Taint, 'key' | 'effect'>, b: Pick<Taint, 'key' | 'effect'>): boolean =>
    a.key === b.key && a.effect === b.effect;
  const stay = known.filter((taint) => !OWN_TAINTS.has(taint.key) || wanted.some((w) => same(w, taint)));
  const fresh = wanted.filter((w) => !known.some((taint) => same(w, taint))).map((w) => ({ ...w, timeAdded: now }));
  return fresh.length === 0 && stay.length === known.length ? undefined : [...stay, ...fresh];
}
