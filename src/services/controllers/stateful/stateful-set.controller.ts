// Drives StatefulSets. Source: Kubernetes concepts "StatefulSets".
import { labelSelectorMatches, sameJson } from '#base';
import { ordinalOf, planStatefulSet, type StatefulSetPlan, templateOf } from '#engine/workload';
import type { Pod, StatefulSet } from '#model/kube';
import { type Controller, claimDependents, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { createPod, removePods, type Workload } from '../pods.apply.ts';
import { forgetRevisions, keepRevisions, type Revisions } from '../revisions.apply.ts';
import { keysWhere, watchDependents, watchSelf } from '../watches.ts';
import { createClaims, keepClaimOwners, statefulPod } from './stateful-pod.ts';

export function statefulSetController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  const events = context.events('statefulset-controller');
  const adopters = (orphan: Pod): Iterable<string> =>
    keysWhere(caches.statefulSets, orphan.metadata?.namespace, (set) =>
      labelSelectorMatches(set.spec?.selector, orphan.metadata?.labels),
    );
  return {
    name: 'statefulset-controller',
    watches: [watchSelf(caches.statefulSets), watchDependents(caches.pods, kinds.statefulSets, adopters)],
    async reconcile(key) {
      const owner = caches.statefulSets.get(nameOfKey(key));
      if (!owner) return undefined;
      const pods = await claimDependents({
        client,
        of: kinds.pods,
        ownerOf: kinds.statefulSets,
        owner,
        candidates: context.podsByController.candidates(owner),
        matches: (pod) =>
          labelSelectorMatches(owner.spec?.selector, pod.metadata?.labels) && ordinalOf(owner, pod) !== undefined,
      });
      const revisions = await keepRevisions(context, kinds.statefulSets, owner);
      const updateRevision = revisions.update.metadata?.name ?? '';
      const currentRevision = owner.status?.currentRevision || updateRevision;
      const plan = planStatefulSet({ set: owner, pods, currentRevision, updateRevision, nowMs: clock.now() });
      await act(context, { of: kinds.statefulSets, owner, events }, { pods, plan, revisions });
      const { conditions } = owner.status ?? {};
      const status = { ...plan.status, ...(conditions ? { conditions } : {}) };
      if (!sameJson(status, owner.status))
        await client.update(kinds.statefulSets, { ...owner, status }, { subresource: 'status' });
      const used = new Set([
        updateRevision,
        currentRevision,
        ...pods.map((pod) => pod.metadata?.labels?.['controller-revision-hash'] ?? ''),
      ]);
      await forgetRevisions(context, revisions, used, owner.spec?.revisionHistoryLimit);
      return plan.againAfterMs === undefined ? undefined : { againAfterMs: plan.againAfterMs };
    },
  };
}

async function act(
  context: ControllerContext,
  workload: Workload<StatefulSet>,
  seen: { pods: readonly Pod[]; plan: StatefulSetPlan; revisions: Revisions },
): Promise<void> {
  const { owner } = workload;
  const byOrdinal = new Map(seen.pods.map((pod) => [ordinalOf(owner, pod) ?? -1, pod]));
  await keepClaimOwners(context, owner, byOrdinal);
  for (const [ordinal, pod] of byOrdinal)
    if (pod.status?.phase === 'Pending' && !owner.metadata?.deletionTimestamp)
      await createClaims(context, owner, ordinal);
  for (const identity of seen.plan.create) {
    const revision = seen.revisions.all.find((known) => known.metadata?.name === identity.revision);
    await createClaims(context, owner, identity.ordinal);
    await createPod(context, workload, statefulPod(workload, templateOf(revision) ?? owner.spec?.template, identity));
  }
  await removePods(context, workload, seen.plan.remove);
}
