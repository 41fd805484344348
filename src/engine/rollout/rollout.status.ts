// Reports on a Deployment: counts and the conditions Available, Progressing and ReplicaFailure, which `kubectl rollout
// status` reads. Source: Kubernetes concepts "Deployments", "Deployment status".
import { sameJson } from '#base';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '#model/kube';
import { newReplicaSet, rolloutBounds, sizeOf, total } from './replica-set-facts.ts';

export interface RolloutStatusInput {
  readonly deployment: Deployment;
  readonly sets: readonly ReplicaSet[];
  /** RFC 3339, and the same in milliseconds. */
  readonly now: string;
  readonly nowMs: number;
  /** Set when this pass made the new ReplicaSet. */
  readonly created?: ReplicaSet;
}

export interface RolloutStatus {
  /** Undefined when nothing changed. */
  readonly status?: DeploymentStatus;
  /** When the progress deadline is to be looked at. */
  readonly againAfterMs?: number;
}

type Wanted = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

export function reportRollout(input: RolloutStatusInput): RolloutStatus {
  const { deployment, sets } = input;
  const before: DeploymentStatus = deployment.status ?? {};
  const counts = countReplicas(input);
  const conditions = new Map((before.conditions ?? []).map((c) => [c.type, c]));
  const set = (wanted: Wanted): void =>
    void conditions.set(wanted.type, merged(input.now, conditions.get(wanted.type), wanted));
  set(available(deployment, counts));
  const wanted = progress(input, counts, conditions.get('Progressing'));
  if (wanted) set(wanted);
  const failure = sets.flatMap((s) => s.status?.conditions ?? []).find((c) => c.type === 'ReplicaFailure');
  if (failure?.status === 'True')
    set({ type: 'ReplicaFailure', status: 'True', reason: failure.reason, message: failure.message });
  else conditions.delete('ReplicaFailure');
  const status: DeploymentStatus = { ...counts, conditions: [...conditions.values()] };
  return {
    ...(sameJson(status, before) ? {} : { status }),
    ...deadline(input, counts, conditions.get('Progressing')),
  };
}

function countReplicas({ deployment, sets }: RolloutStatusInput): DeploymentStatus {
  const newSet = newReplicaSet(deployment, sets);
  const availableReplicas = total(sets, (s) => s.status?.availableReplicas);
  const collisionCount = deployment.status?.collisionCount;
  return {
    observedGeneration: deployment.metadata?.generation,
    replicas: total(sets, (s) => s.status?.replicas),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: total(sets, (s) => s.status?.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, total(sets, sizeOf) - availableReplicas),
    terminatingReplicas: total(sets, (s) => s.status?.terminatingReplicas),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

function available(deployment: Deployment, counts: DeploymentStatus): Wanted {
  const { replicas, unavailable } = rolloutBounds(deployment);
  return (counts.availableReplicas ?? 0) >= replicas - unavailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function isDone(deployment: Deployment, counts: DeploymentStatus): boolean {
  const replicas = deployment.spec?.replicas ?? 1;
  return counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas;
}

function hasMoved(before: DeploymentStatus, counts: DeploymentStatus): boolean {
  const old = (s: DeploymentStatus): number => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (counts.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(counts) < old(before) ||
    (counts.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (counts.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function progress(
  input: RolloutStatusInput,
  counts: DeploymentStatus,
  known?: DeploymentCondition,
): Wanted | undefined {
  const { deployment, sets, created } = input;
  const newSet = newReplicaSet(deployment, sets);
  const subject = newSet ? `ReplicaSet "${newSet.metadata?.name}"` : `Deployment "${deployment.metadata?.name}"`;
  const progressing = (status: string, reason: string, message: string): Wanted => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  if (deployment.spec?.paused) {
    if (known?.reason === 'ProgressDeadlineExceeded' || known?.reason === 'DeploymentPaused') return undefined;
    return progressing('Unknown', 'DeploymentPaused', 'Deployment is paused');
  }
  if (known?.reason === 'DeploymentPaused') return progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (created) {
    return progressing('True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata?.name}"`);
  }
  const finished = counts.replicas === counts.updatedReplicas && known?.reason === 'NewReplicaSetAvailable';
  if (finished) return undefined;
  if (isDone(deployment, counts))
    return progressing('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`);
  if (hasMoved(deployment.status ?? {}, counts))
    return progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
  if (leftMs(input, known) <= 0)
    return progressing('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`);
  if (!known && newSet)
    return progressing('True', 'FoundNewReplicaSet', `Found new replica set "${newSet.metadata?.name}"`);
  return undefined;
}

/** Milliseconds until the progress deadline; infinite when there is none. */
function leftMs({ deployment, nowMs }: RolloutStatusInput, known?: DeploymentCondition): number {
  const seconds = deployment.spec?.progressDeadlineSeconds ?? 600;
  if (!known || seconds >= 2147483647 || known.reason === 'NewReplicaSetAvailable') return Number.POSITIVE_INFINITY;
  return Date.parse(known.lastUpdateTime ?? known.lastTransitionTime ?? '') + seconds * 1000 - nowMs;
}

function deadline(
  input: RolloutStatusInput,
  counts: DeploymentStatus,
  known?: DeploymentCondition,
): { againAfterMs?: number } {
  if (isDone(input.deployment, counts) || input.deployment.spec?.paused) return {};
  if (known?.reason === 'ProgressDeadlineExceeded') return {};
  const left = leftMs(input, known);
  return Number.isFinite(left) ? { againAfterMs: Math.max(0, left) + 1000 } : {};
}

function merged(now: string, known: DeploymentCondition | undefined, wanted: Wanted): DeploymentCondition {
  const same = known?.status === wanted.status && known?.reason === wanted.reason && known?.message === wanted.message;
  if (known && same && wanted.type !== 'Progressing') return known;
  const since = known?.status === wanted.status ? known?.lastTransitionTime : undefined;
  return { ...wanted, lastTransitionTime: since ?? now, lastUpdateTime: now };
}
