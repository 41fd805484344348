// Drives Deployments: claims their ReplicaSets, applies the rollout's plan, writes the status.
// Source: Kubernetes concepts "Deployments".
import { labelSelectorMatches } from '#base';
import { newReplicaSet, planRollout, reportRollout, revisionAnnotation } from '#engine/rollout';
import { isPodTerminal } from '#engine/workload';
import type { Deployment, Pod, ReplicaSet } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, claimDependents, nameOf, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { controllerKey, keysWhere, watchDependents, watchSelf } from '../watches.ts';
import { applyRollout } from './rollout.apply.ts';

export function deploymentController(context: ControllerContext): Controller {
  const { caches, kinds } = context;
  const events = context.events('deployment-controller');
  const adopters = (orphan: ReplicaSet): Iterable<string> =>
    keysWhere(caches.deployments, orphan.metadata?.namespace, (deployment) =>
      labelSelectorMatches(deployment.spec?.selector, orphan.metadata?.labels),
    );
  // A Recreate rollout waits for the last old pod to be gone.
  const ofRemovedPod = (pod: Pod): Iterable<string> => {
    const setKey = controllerKey(pod, kinds.replicaSets);
    const set = setKey ? caches.replicaSets.get(nameOfKey(setKey)) : undefined;
    const key = controllerKey(set, kinds.deployments);
    const deployment = key ? caches.deployments.get(nameOfKey(key)) : undefined;
    return key && deployment?.spec?.strategy?.type === 'Recreate' ? [key] : [];
  };
  return {
    name: 'deployment-controller',
    watches: [
      watchSelf(caches.deployments),
      watchDependents(caches.replicaSets, kinds.deployments, adopters),
      { cache: caches.pods, keys: (change) => (change.type === 'added' ? [] : ofRemovedPod(change.object)) },
    ],
    concurrency: 8,
    async reconcile(key) {
      const deployment = caches.deployments.get(nameOfKey(key));
      if (!deployment) return undefined;
      const sets = await claimDependents({
        client: context.client,
        of: kinds.replicaSets,
        ownerOf: kinds.deployments,
        owner: deployment,
        candidates: context.setsByController.candidates(deployment),
        matches: (set) => labelSelectorMatches(deployment.spec?.selector, set.metadata?.labels),
      });
      if (deployment.metadata?.deletionTimestamp) return report(context, { deployment, sets });
      const plan = planRollout({ deployment, sets, oldPodsRunning: oldPodsRunning(context, deployment, sets) });
      const applied = await applyRollout({ context, deployment, sets, events }, plan);
      const current = await showRevision(context, deployment, plan.revision);
      return report(context, { deployment: current, sets: applied.sets, created: applied.created });
    },
  };
}

function oldPodsRunning(context: ControllerContext, deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  if (deployment.spec?.strategy?.type !== 'Recreate') return false;
  const newSet = newReplicaSet(deployment, sets);
  const old = sets.filter((set) => set !== newSet);
  return old.some((set) => context.podsByController.dependents(set).some((pod) => !isPodTerminal(pod)));
}

async function showRevision(context: ControllerContext, deployment: Deployment, revision: number): Promise<Deployment> {
  const text = String(revision);
  if (revision === 0 || deployment.metadata?.annotations?.[revisionAnnotation] === text) return deployment;
  const body = {
    metadata: {
      resourceVersion: deployment.metadata?.resourceVersion,
      annotations: { [revisionAnnotation]: text },
    },
  };
  return context.client.patch(context.kinds.deployments, nameOf(deployment), { type: 'merge', body });
}

async function report(
  context: ControllerContext,
  seen: { deployment: Deployment; sets: readonly ReplicaSet[]; created?: ReplicaSet },
): Promise<{ againAfterMs: number } | undefined> {
  const nowMs = context.clock.now();
  const { status, againAfterMs } = reportRollout({ ...seen, nowMs, now: rfc3339(nowMs) });
  if (status) {
    await context.client.update(context.kinds.deployments, { ...seen.deployment, status }, { subresource: 'status' });
  }
  return againAfterMs === undefined ? undefined : { againAfterMs };
}
