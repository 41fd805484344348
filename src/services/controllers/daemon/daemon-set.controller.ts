// Drives DaemonSets: one pod on each node that suits. Source: Kubernetes concepts "DaemonSet".
import { labelSelectorMatches, sameJson } from '#base';
import { planDaemonSet } from '#engine/workload';
import type { Node, Pod } from '#model/kube';
import { type Controller, claimDependents, keyOf, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { createPods, removePods } from '../pods.apply.ts';
import { forgetRevisions, keepRevisions } from '../revisions.apply.ts';
import { keysWhere, watchDependents, watchSelf } from '../watches.ts';
import { daemonNode, daemonPod, nodeOfDaemonPod } from './daemon-pod.ts';

const HASH = 'controller-revision-hash';

function sameForDaemons(a: Node, b: Node): boolean {
  return sameJson(a.metadata?.labels, b.metadata?.labels) && sameJson(a.spec?.taints, b.spec?.taints);
}

export function daemonSetController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  const events = context.events('daemonset-controller');
  const adopters = (orphan: Pod): Iterable<string> =>
    keysWhere(caches.daemonSets, orphan.metadata?.namespace, (set) =>
      labelSelectorMatches(set.spec?.selector, orphan.metadata?.labels),
    );
  return {
    name: 'daemonset-controller',
    watches: [
      watchSelf(caches.daemonSets),
      watchDependents(caches.pods, kinds.daemonSets, adopters),
      {
        cache: caches.nodes,
        keys: ({ type, object, previous }) =>
          type === 'modified' && previous && sameForDaemons(object, previous)
            ? []
            : caches.daemonSets.list().map(keyOf),
      },
    ],
    async reconcile(key) {
      const owner = caches.daemonSets.get(nameOfKey(key));
      if (!owner || owner.metadata?.deletionTimestamp) return undefined;
      const pods = await claimDependents({
        client,
        of: kinds.pods,
        ownerOf: kinds.daemonSets,
        owner,
        candidates: context.podsByController.candidates(owner),
        matches: (pod) => labelSelectorMatches(owner.spec?.selector, pod.metadata?.labels),
      });
      const revisions = await keepRevisions(context, kinds.daemonSets, owner);
      const hash = revisions.update.metadata?.labels?.[HASH] ?? '';
      const plan = planDaemonSet({
        set: owner,
        nodes: caches.nodes.list().map((node) => daemonNode(owner, node)),
        podsByNode: Map.groupBy(pods, nodeOfDaemonPod),
        hash,
        nowMs: clock.now(),
      });
      const workload = { of: kinds.daemonSets, owner, events };
      await createPods(
        context,
        workload,
        plan.create.map((node) => daemonPod(workload, node, hash)),
      );
      await removePods(context, workload, plan.remove);
      if (!sameJson(plan.status, owner.status)) {
        await client.update(kinds.daemonSets, { ...owner, status: plan.status }, { subresource: 'status' });
      }
      const live = new Set([hash, ...pods.map((pod) => pod.metadata?.labels?.[HASH] ?? '')]);
      const used = new Set(
        revisions.all.filter((r) => live.has(r.metadata?.labels?.[HASH] ?? '')).map((r) => r.metadata?.name ?? ''),
      );
      await forgetRevisions(context, revisions, used, owner.spec?.revisionHistoryLimit);
      return plan.againAfterMs === undefined ? undefined : { againAfterMs: plan.againAfterMs };
    },
  };
}
