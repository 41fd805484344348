// Decides sizes of ReplicaSets. Rolling: the new set grows into the surge, the old ones shrink into what may be
// unavailable, sick pods first. A change of the Deployment's size in the middle of a rollout is shared out in proportion,
// so that the risk already taken stays the same. Source: Kubernetes concepts "Deployments", "Proportional scaling".
import type { Deployment, ReplicaSet } from '#model/kube';
import { byAge, desiredAnnotation, maxAnnotation, rolloutBounds, sizeOf, total } from './replica-set-facts.ts';

/** New sizes by set; only sets that change are in it. */
export type Sizes = Map<ReplicaSet, number>;

/** Size for the new set, given everything that runs. */
export function newSetSize(deployment: Deployment, sets: readonly ReplicaSet[], newSize: number): number {
  const { replicas, surge } = rolloutBounds(deployment);
  if (deployment.spec?.strategy?.type === 'Recreate') return replicas;
  const room = replicas + surge - total(sets, sizeOf);
  if (newSize >= replicas) return replicas;
  return room <= 0 ? newSize : newSize + Math.min(room, replicas - newSize);
}

/** Shrinks old sets as far as enough pods stay available. */
export function shrinkOldSets(deployment: Deployment, newSet: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const sizes: Sizes = new Map();
  const all = [newSet, ...old];
  const { replicas, unavailable } = rolloutBounds(deployment);
  const availableMin = replicas - unavailable;
  const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
  const sick = sizeOf(newSet) - available(newSet);
  let spare = total(all, sizeOf) - availableMin - sick;
  if (spare <= 0) return sizes;
  const ordered = old.filter((set) => sizeOf(set) > 0).sort(byAge);
  for (const set of ordered) {
    const drop = Math.min(spare, Math.max(0, sizeOf(set) - available(set)));
    if (drop === 0) continue;
    sizes.set(set, sizeOf(set) - drop);
    spare -= drop;
  }
  let surplus = total(all, available) - availableMin;
  for (const set of ordered) {
    const size = sizes.get(set) ?? sizeOf(set);
    const drop = Math.min(size, Math.max(0, surplus));
    if (drop === 0) continue;
    sizes.set(set, size - drop);
    surplus -= drop;
  }
  return sizes;
}

/** Whether the Deployment was resized since its sets were last sized. */
export function wasResized(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const replicas = deployment.spec?.replicas ?? 1;
  return sets.some((set) => {
    const desired = set.metadata?.annotations?.[desiredAnnotation];
    return sizeOf(set) > 0 && desired !== undefined && Number(desired) !== replicas;
  });
}

/** Shares a change of size out over the sets that have pods. */
export function resizeSets(deployment: Deployment, sets: readonly ReplicaSet[], newSet?: ReplicaSet): Sizes {
  const sizes: Sizes = new Map();
  const { replicas, surge } = rolloutBounds(deployment);
  const active = sets.filter((set) => sizeOf(set) > 0);
  const only =
    active.length === 0 ? (newSet ?? [...sets].sort(byAge).at(-1)) : active.length === 1 ? active[0] : undefined;
  if (only) return sizes.set(only, replicas);
  if (active.length === 0) return sizes;
  if (newSet && sizeOf(newSet) === replicas && (newSet.status?.availableReplicas ?? 0) === replicas) {
    for (const set of active) if (set !== newSet) sizes.set(set, 0);
    return sizes;
  }
  if (deployment.spec?.strategy?.type === 'Recreate') return sizes;
  const allowed = replicas > 0 ? replicas + surge : 0;
  const toAdd = allowed - total(active, sizeOf);
  const newestFirst = (a: ReplicaSet, b: ReplicaSet): number => byAge(b, a);
  const ordered = [...active].sort((a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? newestFirst(a, b) : byAge(a, b)));
  let added = 0;
  for (const set of ordered) {
    const share = toAdd === 0 ? 0 : shareOf(deployment, set, toAdd - added);
    sizes.set(set, Math.max(0, sizeOf(set) + share));
    added += share;
  }
  const first = ordered[0];
  if (first && toAdd !== added) sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + toAdd - added));
  return sizes;
}

function shareOf(deployment: Deployment, set: ReplicaSet, left: number): number {
  const { replicas, surge } = rolloutBounds(deployment);
  if (left === 0) return 0;
  if (replicas === 0) return Math.max(-sizeOf(set), left);
  const annotated = Number(set.metadata?.annotations?.[maxAnnotation] ?? 0) || (deployment.status?.replicas ?? 0);
  const share = annotated > 0 ? Math.round((sizeOf(set) * (replicas + surge)) / annotated) - sizeOf(set) : 0;
  return left > 0 ? Math.min(Math.max(share, 0), left) : Math.max(Math.min(share, 0), left);
}
