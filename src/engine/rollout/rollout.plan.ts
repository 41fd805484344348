// Decides the next step of a Deployment: which ReplicaSet to make, what size each gets, which are forgotten. Level-driven:
// the same plan comes out of the same state, whatever led to it. Source: Kubernetes concepts "Deployments".
import { stableHash } from '#base';
import type { Deployment, ReplicaSet } from '#model/kube';
import {
  byAge,
  desiredAnnotation,
  maxAnnotation,
  newReplicaSet,
  revisionAnnotation,
  revisionOf,
  rolloutBounds,
  sizeOf,
  templateHashLabel,
  total,
} from './replica-set-facts.ts';
import { newSetSize, resizeSets, type Sizes, shrinkOldSets, wasResized } from './scale.plan.ts';

export interface RolloutInput {
  readonly deployment: Deployment;
  /** All ReplicaSets that the Deployment controls. */
  readonly sets: readonly ReplicaSet[];
  /** Whether a pod of an old set still runs or is going; counts for Recreate only. */
  readonly oldPodsRunning: boolean;
}

export interface SetChange {
  readonly set: ReplicaSet;
  readonly replicas: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** Given for the new set alone. */
  readonly minReadySeconds?: number;
}

export interface RolloutPlan {
  /** The set with the current template, when there is one. */
  readonly newSet?: ReplicaSet;
  /** A set to make, without owner; it may collide with a namesake. */
  readonly create?: ReplicaSet;
  /** Sets whose size or annotations are not as they should be. */
  readonly resize: readonly SetChange[];
  /** Revision that the Deployment's own annotation must show. */
  readonly revision: number;
  readonly forget: readonly ReplicaSet[];
}

const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deployment.kubernetes.io/revision-history',
  'deprecated.deployment.rollback.to',
]);

export function planRollout(input: RolloutInput): RolloutPlan {
  const { deployment, sets } = input;
  const newSet = newReplicaSet(deployment, sets);
  const old = sets.filter((set) => set !== newSet);
  const highest = Math.max(0, ...old.map(revisionOf));
  const revision = newSet && revisionOf(newSet) > highest ? revisionOf(newSet) : highest + 1;
  const known = Math.max(revisionOf(deployment), ...sets.map(revisionOf));
  if (deployment.spec?.paused || wasResized(deployment, sets)) {
    const sizes = resizeSets(deployment, sets, newSet);
    const shown = newSet ? revision : known;
    return { newSet, resize: changes(deployment, sets, sizes, { newSet, revision }), revision: shown, forget: [] };
  }
  const recreate = deployment.spec?.strategy?.type === 'Recreate';
  const sizes: Sizes = new Map();
  if (recreate) for (const set of old) if (sizeOf(set) > 0) sizes.set(set, 0);
  if (recreate && (sizes.size > 0 || input.oldPodsRunning)) {
    return { newSet, resize: changes(deployment, sets, sizes, { newSet, revision }), revision: known, forget: [] };
  }
  if (!newSet) {
    const replicas = newSetSize(deployment, sets, 0);
    return { create: makeSet(deployment, replicas, revision), resize: [], revision, forget: [] };
  }
  const wanted = newSetSize(deployment, sets, sizeOf(newSet));
  if (wanted !== sizeOf(newSet)) sizes.set(newSet, wanted);
  else if (!recreate) for (const [set, size] of shrinkOldSets(deployment, newSet, old)) sizes.set(set, size);
  const resize = changes(deployment, sets, sizes, { newSet, revision });
  return { newSet, resize, revision, forget: isComplete(deployment, sets) ? forgettable(deployment, old) : [] };
}

function makeSet(deployment: Deployment, replicas: number, revision: number): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec ?? { template: {}, selector: {} };
  const collisions = deployment.status?.collisionCount;
  const hash = stableHash(template, collisions === undefined ? '' : String(collisions));
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
  return {
    metadata: {
      name: `${deployment.metadata?.name}-${hash}`,
      namespace: deployment.metadata?.namespace,
      labels,
      annotations: annotationsFor(deployment, { [revisionAnnotation]: String(revision) }),
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function annotationsFor(deployment: Deployment, more: Record<string, string>): Record<string, string> {
  const { replicas, surge } = rolloutBounds(deployment);
  const own = Object.entries(deployment.metadata?.annotations ?? {}).filter(([name]) => !NOT_COPIED.has(name));
  const sizes = { [desiredAnnotation]: String(replicas), [maxAnnotation]: String(replicas + surge) };
  return { ...Object.fromEntries(own), ...sizes, ...more };
}

function changes(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  sizes: Sizes,
  next: { newSet?: ReplicaSet; revision: number },
): RolloutPlan['resize'] {
  const { replicas: desired, surge } = rolloutBounds(deployment);
  const changed: SetChange[] = [];
  for (const set of sets) {
    const replicas = sizes.get(set) ?? sizeOf(set);
    const isNew = set === next.newSet;
    const wanted = isNew
      ? annotationsFor(deployment, { [revisionAnnotation]: String(next.revision) })
      : replicas > 0 || sizes.has(set)
        ? { [desiredAnnotation]: String(desired), [maxAnnotation]: String(desired + surge) }
        : {};
    if (isNew && revisionOf(set) > 0 && revisionOf(set) !== next.revision) {
      const history = set.metadata?.annotations?.['deployment.kubernetes.io/revision-history'];
      wanted['deployment.kubernetes.io/revision-history'] = [history, revisionOf(set)].filter(Boolean).join(',');
    }
    const current = set.metadata?.annotations ?? {};
    const annotations = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => current[name] !== value));
    const minReadySeconds = isNew ? (deployment.spec?.minReadySeconds ?? 0) : undefined;
    const soon = isNew && minReadySeconds !== (set.spec?.minReadySeconds ?? 0);
    if (replicas !== sizeOf(set) || Object.keys(annotations).length > 0 || soon) {
      changed.push({ set, replicas, annotations, ...(minReadySeconds === undefined ? {} : { minReadySeconds }) });
    }
  }
  return changed;
}

/** Whether everything wanted runs the new template and is available. */
function isComplete(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const replicas = deployment.spec?.replicas ?? 1;
  const newSet = newReplicaSet(deployment, sets);
  const all = total(sets, (set) => set.status?.replicas);
  return (
    all === replicas && newSet?.status?.replicas === replicas && (newSet.status.availableReplicas ?? 0) === replicas
  );
}

function forgettable(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const empty = old.filter(
    (set) =>
      sizeOf(set) === 0 &&
      (set.status?.replicas ?? 0) === 0 &&
      (set.status?.observedGeneration ?? 0) >= (set.metadata?.generation ?? 0) &&
      !set.metadata?.deletionTimestamp,
  );
  const excess = Math.max(0, old.filter((set) => !set.metadata?.deletionTimestamp).length - limit);
  return empty.sort((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b)).slice(0, excess);
}
