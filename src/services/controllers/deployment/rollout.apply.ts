// Carries out a rollout's plan on ReplicaSets, with the events that `kubectl describe deployment` shows.
import { ApiError } from '#client';
import type { RolloutPlan } from '#engine/rollout';
import type { Deployment, ReplicaSet } from '#model/kube';
import { controllerOf, deleteExactly, type EventRecorder, nameOf, ownerReference } from '#reconcile';
import type { ControllerContext } from '../context.ts';

export interface RolloutSubject {
  readonly context: ControllerContext;
  readonly deployment: Deployment;
  readonly sets: readonly ReplicaSet[];
  readonly events: EventRecorder;
}

export interface AppliedRollout {
  /** The sets as the server answered them. */
  readonly sets: readonly ReplicaSet[];
  readonly created?: ReplicaSet;
}

export async function applyRollout(subject: RolloutSubject, plan: RolloutPlan): Promise<AppliedRollout> {
  const { context, deployment } = subject;
  const changed = new Map<ReplicaSet, ReplicaSet>();
  for (const change of plan.resize) changed.set(change.set, await resize(subject, change));
  for (const set of plan.forget) await deleteExactly(context.client, context.kinds.replicaSets, set);
  const sets = subject.sets.filter((set) => !plan.forget.includes(set)).map((set) => changed.get(set) ?? set);
  if (!plan.create) return { sets };
  const ownerReferences = [ownerReference(context.kinds.deployments, deployment)];
  const wanted = { ...plan.create, metadata: { ...plan.create.metadata, ownerReferences } };
  const created = await createSet(subject, wanted);
  tellScaled(subject, created, 0);
  return { sets: [...sets, created], created };
}

async function resize(subject: RolloutSubject, change: RolloutPlan['resize'][number]): Promise<ReplicaSet> {
  const { context } = subject;
  const { set, replicas, annotations, minReadySeconds } = change;
  const body = {
    metadata: { resourceVersion: set.metadata?.resourceVersion, annotations },
    spec: { replicas, ...(minReadySeconds === undefined ? {} : { minReadySeconds }) },
  };
  const written = await context.client.patch(context.kinds.replicaSets, nameOf(set), { type: 'merge', body });
  if (replicas !== (set.spec?.replicas ?? 1)) tellScaled(subject, written, set.spec?.replicas ?? 1);
  return written;
}

function tellScaled(subject: RolloutSubject, set: ReplicaSet, from: number): void {
  const to = set.spec?.replicas ?? 1;
  if (to === from) return;
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata?.name} from ${from} to ${to}`;
  subject.events.recordEvent(subject.context.kinds.deployments, subject.deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message,
  });
}

/** A namesake that is not ours means that two templates share a hash: count the collision, and the next pass salts it. */
async function createSet(subject: RolloutSubject, set: ReplicaSet): Promise<ReplicaSet> {
  const { client, kinds } = subject.context;
  const { deployment } = subject;
  try {
    return await client.create(kinds.replicaSets, set);
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.reason === 'AlreadyExists')) throw thrown;
    const namesake = await client.get(kinds.replicaSets, nameOf(set));
    if (controllerOf(namesake)?.uid === deployment.metadata?.uid && !namesake.metadata?.deletionTimestamp) {
      // Ours, and yet not recognized by its template: another template with the same hash.
      subject.context.log.info('template hash collides', { deployment: deployment.metadata?.name });
    }
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    const status = { ...deployment.status, collisionCount };
    await client.update(kinds.deployments, { ...deployment, status }, { subresource: 'status' });
    throw new ApiError(409, 'Conflict', `replica set ${set.metadata?.name} exists with another template`);
  }
}
