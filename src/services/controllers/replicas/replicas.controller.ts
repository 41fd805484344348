// Keeps as many pods as a ReplicaSet or a ReplicationController asks for; the two differ only in kind and selector.
// Source: Kubernetes concepts "ReplicaSet", "ReplicationController".
import { labelSelectorMatches, labelsInclude, messageOf, sameJson } from '#base';
import type { ObjectCache, Resource } from '#client';
import { isPodActive, isPodReady, planReplicas, podAvailableInMs } from '#engine/workload';
import type { LabelSelector, Pod, ReplicaSet, ReplicaSetCondition, ReplicationController } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, claimDependents, controllerOf, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { createPods, isNamespaceGoing, podOf, removePods, type Workload } from '../pods.apply.ts';
import { keysWhere, watchDependents, watchSelf } from '../watches.ts';

type Set = ReplicaSet | ReplicationController;

interface Flavour<S extends Set> {
  readonly name: string;
  readonly of: Resource<S>;
  readonly cache: ObjectCache<S>;
  selector(set: S): LabelSelector | undefined;
}

export function replicaSetController(context: ControllerContext): Controller {
  return replicasController(context, {
    name: 'replicaset-controller',
    of: context.kinds.replicaSets,
    cache: context.caches.replicaSets,
    selector: (set) => set.spec?.selector,
  });
}

export function replicationController(context: ControllerContext): Controller {
  return replicasController(context, {
    name: 'replication-controller',
    of: context.kinds.replicationControllers,
    cache: context.caches.replicationControllers,
    selector: (set) => (set.spec?.selector ? { matchLabels: set.spec.selector } : undefined),
  });
}

function replicasController<S extends Set>(context: ControllerContext, flavour: Flavour<S>): Controller {
  const events = context.events(flavour.name);
  const adopters = (orphan: Pod): Iterable<string> =>
    keysWhere(flavour.cache, orphan.metadata?.namespace, (set) =>
      labelSelectorMatches(flavour.selector(set), orphan.metadata?.labels),
    );
  return {
    name: flavour.name,
    watches: [watchSelf(flavour.cache), watchDependents(context.caches.pods, flavour.of, adopters)],
    concurrency: 8,
    async reconcile(key) {
      const owner = flavour.cache.get(nameOfKey(key));
      if (!owner) return undefined;
      const pods = await claimDependents({
        client: context.client,
        of: context.kinds.pods,
        ownerOf: flavour.of,
        owner,
        candidates: context.podsByController.candidates(owner).filter(isPodActive),
        matches: (pod) => labelSelectorMatches(flavour.selector(owner), pod.metadata?.labels),
      });
      let failure: unknown;
      try {
        if (!owner.metadata?.deletionTimestamp) await reachSize(context, { of: flavour.of, owner, events }, pods);
      } catch (thrown) {
        failure = thrown;
      }
      await writeStatus(context, flavour, { owner, pods, failure });
      if (failure && !isNamespaceGoing(failure)) throw failure;
      return soonestAvailable(pods, owner.spec?.minReadySeconds, context.clock.now());
    },
  };
}

async function reachSize<S extends Set>(
  context: ControllerContext,
  workload: Workload<S>,
  pods: readonly Pod[],
): Promise<void> {
  const { owner } = workload;
  const plan = planReplicas({ replicas: owner.spec?.replicas ?? 1, pods, relatedOnNode: crowding(context, owner) });
  const fresh = Array.from({ length: plan.create }, () => podOf(workload, owner.spec?.template));
  await createPods(context, workload, fresh);
  await removePods(context, workload, plan.remove);
}

/** Active pods per node of this set and its siblings, counted when first asked for. */
function crowding(context: ControllerContext, owner: Set): (node: string) => number {
  let counts: Map<string, number> | undefined;
  const count = (): Map<string, number> => {
    const found = new Map<string, number>();
    const parent = controllerOf(owner);
    const siblings = parent ? context.setsByController.dependents({ metadata: { uid: parent.uid } }) : [owner];
    for (const pod of siblings.flatMap((set) => context.podsByController.dependents(set))) {
      const node = pod.spec?.nodeName;
      if (node && isPodActive(pod)) found.set(node, (found.get(node) ?? 0) + 1);
    }
    return found;
  };
  return (node) => {
    counts ??= count();
    return counts.get(node) ?? 0;
  };
}

function soonestAvailable(
  pods: readonly Pod[],
  minReadySeconds: number | undefined,
  nowMs: number,
): { againAfterMs: number } | undefined {
  if (!minReadySeconds) return undefined;
  const waits = pods.map((pod) => podAvailableInMs(pod, minReadySeconds, nowMs)).filter((ms) => ms > 0);
  const soonest = Math.min(...waits);
  return Number.isFinite(soonest) ? { againAfterMs: soonest } : undefined;
}

async function writeStatus<S extends Set>(
  context: ControllerContext,
  flavour: Flavour<S>,
  seen: { owner: S; pods: readonly Pod[]; failure: unknown },
): Promise<void> {
  const { owner, pods, failure } = seen;
  const nowMs = context.clock.now();
  const { minReadySeconds, template } = owner.spec ?? {};
  const conditions = failureCondition(owner.status?.conditions, failure, rfc3339(nowMs));
  const going = context.podsByController.dependents(owner).filter((pod) => pod.metadata?.deletionTimestamp).length;
  const status = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter((pod) => labelsInclude(template?.metadata?.labels, pod.metadata?.labels)).length,
    readyReplicas: pods.filter(isPodReady).length,
    availableReplicas: pods.filter((pod) => podAvailableInMs(pod, minReadySeconds, nowMs) === 0).length,
    ...(flavour.of.resource === 'replicasets' ? { terminatingReplicas: going } : {}),
    observedGeneration: owner.metadata?.generation,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
  if (sameJson(status, owner.status)) return;
  await context.client.update(flavour.of, { ...owner, status } as S, { subresource: 'status' });
}

function failureCondition(
  known: readonly ReplicaSetCondition[] | undefined,
  failure: unknown,
  now: string,
): ReplicaSetCondition[] {
  const others = (known ?? []).filter((condition) => condition.type !== 'ReplicaFailure');
  if (!failure) return others;
  const before = known?.find((condition) => condition.type === 'ReplicaFailure');
  if (before?.status === 'True') return [...others, before];
  const message = messageOf(failure);
  return [
    ...others,
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime: now },
  ];
}
