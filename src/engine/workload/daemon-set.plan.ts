// Decides where pods of a DaemonSet are missing, superfluous or outdated. An update takes pods away first (maxUnavailable),
// or starts the new one beside the old one (maxSurge). Source: Kubernetes concepts "DaemonSet", tasks "Perform a Rolling
// Update on a DaemonSet".
import { intOrPercent } from '#base';
import type { DaemonSet, DaemonSetStatus, Pod } from '#model/kube';
import { isPodReady, isPodTerminal, podAvailableInMs } from './pod-state.ts';
import { revisionHashLabel } from './revisions.plan.ts';

export interface DaemonNode {
  readonly name: string;
  /** A pod is to be started here. */
  readonly shouldRun: boolean;
  /** A pod that is here may stay. */
  readonly mayStay: boolean;
}

export interface DaemonSetInput {
  readonly set: DaemonSet;
  readonly nodes: readonly DaemonNode[];
  /** By node name; pods of nodes that are gone stand under their old name. */
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>;
  /** Hash label of the present template. */
  readonly hash: string;
  readonly nowMs: number;
}

export interface DaemonSetPlan {
  /** Nodes to start a pod on. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  readonly status: DaemonSetStatus;
  readonly againAfterMs?: number;
}

interface NodePods {
  readonly node: DaemonNode;
  readonly fresh: Pod[];
  readonly old: Pod[];
}

export function planDaemonSet(input: DaemonSetInput): DaemonSetPlan {
  const { set, hash, nowMs } = input;
  const create: string[] = [];
  const remove = new Set<Pod>();
  const seen: NodePods[] = [];
  const wanted = input.nodes.filter((node) => node.shouldRun).length;
  const { surge, unavailable } = bounds(set, wanted);
  for (const node of input.nodes) {
    const pods = input.podsByNode.get(node.name) ?? [];
    const living: Pod[] = [];
    for (const pod of pods) {
      if (pod.metadata?.deletionTimestamp) continue;
      if (!node.mayStay || isPodTerminal(pod)) remove.add(pod);
      else living.push(pod);
    }
    const byAge = living.sort((a, b) =>
      (a.metadata?.creationTimestamp ?? '') < (b.metadata?.creationTimestamp ?? '') ? -1 : 1,
    );
    const isFresh = (pod: Pod): boolean => pod.metadata?.labels?.[revisionHashLabel] === hash;
    const fresh = byAge.filter(isFresh);
    const old = byAge.filter((pod) => !isFresh(pod));
    for (const extra of [...fresh.slice(1), ...old.slice(1), ...(surge === 0 && fresh.length > 0 ? old : [])])
      remove.add(extra);
    // A pod that has ended, or is on its way out, has to be gone first; its end brings us here again.
    if (node.shouldRun && pods.length === 0) create.push(node.name);
    seen.push({ node, fresh, old });
  }
  const nodeless = [...input.podsByNode].filter(([name]) => !input.nodes.some((node) => node.name === name));
  for (const pod of nodeless.flatMap(([, pods]) => pods)) if (!pod.metadata?.deletionTimestamp) remove.add(pod);
  if ((set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate') {
    if (surge > 0) rollBySurge(input, seen, { create, remove, surge });
    else rollByRemoval(input, seen, { remove, unavailable });
  }
  const waits = seen
    .flatMap(({ fresh, old }) => [...fresh, ...old])
    .map((pod) => podAvailableInMs(pod, set.spec?.minReadySeconds, nowMs));
  const soonest = Math.min(...waits.filter((ms) => ms > 0));
  const status = reportDaemonSet(input, seen);
  return { create, remove: [...remove], status, ...(Number.isFinite(soonest) ? { againAfterMs: soonest } : {}) };
}

function bounds(set: DaemonSet, wanted: number): { surge: number; unavailable: number } {
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const surge = intOrPercent(rolling?.maxSurge ?? 0, wanted, { up: true });
  const unavailable = intOrPercent(rolling?.maxUnavailable ?? 1, wanted, { up: true });
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function isAvailable(input: DaemonSetInput, pod: Pod | undefined): boolean {
  return pod !== undefined && podAvailableInMs(pod, input.set.spec?.minReadySeconds, input.nowMs) === 0;
}

/** Old pods that serve nobody go at once, those that serve go as far as some may be missing. */
function rollByRemoval(
  input: DaemonSetInput,
  seen: readonly NodePods[],
  into: { remove: Set<Pod>; unavailable: number },
): void {
  let budget = into.unavailable;
  const serving: Pod[] = [];
  for (const { node, fresh, old } of seen) {
    if (!node.shouldRun) continue;
    const pod = fresh[0] ?? old[0];
    if (!isAvailable(input, pod)) {
      budget -= 1;
      if (!fresh[0] && old[0]) into.remove.add(old[0]);
    } else if (!fresh[0] && old[0]) serving.push(old[0]);
  }
  for (const pod of serving.slice(0, Math.max(0, budget))) into.remove.add(pod);
}

/** A new pod beside the old one; the old one goes when the new one serves. */
function rollBySurge(
  input: DaemonSetInput,
  seen: readonly NodePods[],
  into: { create: string[]; remove: Set<Pod>; surge: number },
): void {
  let budget =
    into.surge -
    seen.filter(({ fresh, old }) => fresh.length > 0 && old.length > 0 && !isAvailable(input, fresh[0])).length;
  for (const { node, fresh, old } of seen) {
    const [newPod, oldPod] = [fresh[0], old[0]];
    if (!node.shouldRun || !oldPod) continue;
    if (newPod) {
      if (isAvailable(input, newPod) || !isAvailable(input, oldPod)) into.remove.add(oldPod);
    } else if (!isAvailable(input, oldPod) || budget-- > 0) into.create.push(node.name);
  }
}

function reportDaemonSet(input: DaemonSetInput, seen: readonly NodePods[]): DaemonSetStatus {
  const count = { desired: 0, current: 0, misplaced: 0, ready: 0, available: 0, updated: 0 };
  for (const { node, fresh, old } of seen) {
    const pods = [...fresh, ...old];
    if (!node.shouldRun) {
      if (pods.length > 0) count.misplaced += 1;
      continue;
    }
    count.desired += 1;
    if (pods.length === 0) continue;
    count.current += 1;
    if (pods.some(isPodReady)) count.ready += 1;
    if (pods.some((pod) => isAvailable(input, pod))) count.available += 1;
    if (fresh.length > 0) count.updated += 1;
  }
  const { conditions, collisionCount } = input.set.status ?? {};
  return {
    observedGeneration: input.set.metadata?.generation,
    desiredNumberScheduled: count.desired,
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misplaced,
    numberReady: count.ready,
    numberAvailable: count.available,
    numberUnavailable: count.desired - count.available,
    updatedNumberScheduled: count.updated,
    ...(conditions ? { conditions } : {}),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}
