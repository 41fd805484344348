// Keeps disruption budgets saying how many of their pods may go. Source: Kubernetes concepts "Disruptions".
import { labelSelectorMatches, sameJson } from '#base';
import { planDisruption } from '#engine/workload';
import type { KubeObject, Pod, PodDisruptionBudget } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, type ControllerWatch, controllerOf, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { keysWhere, watchSelf } from '../watches.ts';

export function disruptionController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  const ofNamespace = ({ object }: { object: KubeObject }): Iterable<string> =>
    keysWhere(caches.budgets, object.metadata?.namespace, (budget) => !isPlain(budget));
  const scales: ControllerWatch[] = [
    { cache: caches.deployments, keys: ofNamespace },
    { cache: caches.replicaSets, keys: ofNamespace },
    { cache: caches.statefulSets, keys: ofNamespace },
    { cache: caches.replicationControllers, keys: ofNamespace },
  ];
  return {
    name: 'disruption-controller',
    watches: [
      watchSelf(caches.budgets),
      {
        cache: caches.pods,
        keys: ({ object, previous }) =>
          keysWhere(
            caches.budgets,
            object.metadata?.namespace,
            (budget) => selects(budget, object) || (previous !== undefined && selects(budget, previous)),
          ),
      },
      ...scales,
    ],
    async reconcile(key) {
      const budget = caches.budgets.get(nameOfKey(key));
      if (!budget || budget.metadata?.deletionTimestamp) return undefined;
      const pods = [...caches.pods.list(budget.metadata?.namespace)].filter((pod) => selects(budget, pod));
      const nowMs = clock.now();
      const wanted = wantedOf(context, pods);
      const { status, againAfterMs } = planDisruption({ budget, pods, wanted, nowMs, now: rfc3339(nowMs) });
      if (!sameJson(status, budget.status))
        await client.update(kinds.budgets, { ...budget, status }, { subresource: 'status' });
      return againAfterMs === undefined ? undefined : { againAfterMs };
    },
  };
}

/** Whether the budget counts pods, whatever their workloads want. */
function isPlain({ spec }: PodDisruptionBudget): boolean {
  return typeof spec?.minAvailable === 'number';
}

function selects({ spec }: PodDisruptionBudget, pod: Pod): boolean {
  return spec?.selector !== undefined && labelSelectorMatches(spec.selector, pod.metadata?.labels);
}

/** The sum of what the workloads of these pods want; undefined when a pod has none. */
function wantedOf(context: ControllerContext, pods: readonly Pod[]): number | undefined {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const scale = scaleOf(context, pod);
    if (!scale) return undefined;
    scales.set(scale.uid, scale.replicas);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

/** The scale of what controls an object; a deployment speaks for its replica sets. */
function scaleOf(context: ControllerContext, object: KubeObject): { uid: string; replicas: number } | undefined {
  const { caches } = context;
  const reference = controllerOf(object);
  const at = { namespace: object.metadata?.namespace, name: reference?.name ?? '' };
  const owner = {
    ReplicaSet: caches.replicaSets,
    StatefulSet: caches.statefulSets,
    ReplicationController: caches.replicationControllers,
    Deployment: caches.deployments,
  }[reference?.kind ?? '']?.get(at);
  if (!owner || owner.metadata?.uid !== reference?.uid) return undefined;
  return scaleOf(context, owner) ?? { uid: owner.metadata?.uid ?? '', replicas: owner.spec?.replicas ?? 1 };
}
