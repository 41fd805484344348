// Deletes pods from nodes with NoExecute taints that they do not tolerate, or no longer. The time that a toleration gives
// counts from when the taint was added, so a restart of ours does not begin it anew.
// Source: Kubernetes concepts "Taints and Tolerations".
import { tolerates } from '#engine/scheduling';
import type { Pod, Taint } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, deleteExactly, keyOf, nameOf, nameOfKey, orMissing } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';

/** When a pod must leave: now (0), at a time, or never (undefined). Milliseconds since 1970. */
export function evictionTimeMs(
  pod: Pod,
  taints: readonly Taint[],
  sinceMs: (taint: Taint) => number,
): number | undefined {
  let soonest: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const tolerations = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (tolerations.length === 0) return 0;
    const spans = tolerations.flatMap((toleration) => toleration.tolerationSeconds ?? []);
    if (spans.length === 0) continue;
    const until = sinceMs(taint) + Math.max(0, Math.min(...spans)) * 1000;
    soonest = Math.min(soonest ?? Number.POSITIVE_INFINITY, until);
  }
  return soonest;
}

export function taintEvictionController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  const events = context.events('taint-eviction-controller');
  // Taints put on by hand carry no time: for them it counts from when a pod was first seen with the taint.
  const firstSeen = new Map<string, Map<string, number>>();
  const sinceOf = (key: string, taints: readonly Taint[]): ((taint: Taint) => number) => {
    const known = firstSeen.get(key);
    const seen = new Map<string, number>();
    for (const { key: name, value, effect, timeAdded } of taints) {
      if (effect !== 'NoExecute' || timeAdded) continue;
      const id = `${name}=${value ?? ''}`;
      seen.set(id, known?.get(id) ?? clock.now());
    }
    if (seen.size > 0) firstSeen.set(key, seen);
    else firstSeen.delete(key);
    return (taint) => seen.get(`${taint.key}=${taint.value ?? ''}`) ?? Date.parse(taint.timeAdded ?? '');
  };
  return {
    name: 'taint-eviction-controller',
    watches: [
      watchSelf(caches.pods),
      { cache: caches.nodes, keys: ({ object }) => context.podsByNode.get(object.metadata?.name ?? '').map(keyOf) },
    ],
    async reconcile(key) {
      const pod = caches.pods.get(nameOfKey(key));
      if (!pod?.spec?.nodeName || pod.metadata?.deletionTimestamp) {
        firstSeen.delete(key);
        return undefined;
      }
      const taints = caches.nodes.get({ name: pod.spec.nodeName })?.spec?.taints ?? [];
      const nowMs = clock.now();
      const due = evictionTimeMs(pod, taints, sinceOf(key, taints));
      if (due === undefined) return undefined;
      if (due > nowMs) return { againAfterMs: due - nowMs };
      const message = `Marking for deletion Pod ${key}`;
      events.recordEvent(kinds.pods, pod, { type: 'Normal', reason: 'TaintManagerEviction', message });
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
        lastTransitionTime: rfc3339(nowMs),
      };
      const body = { metadata: { uid: pod.metadata?.uid }, status: { conditions: [condition] } };
      await orMissing(client.patch(kinds.pods, nameOf(pod), { type: 'strategic', body }, { subresource: 'status' }));
      await deleteExactly(client, kinds.pods, pod);
      return undefined;
    },
  };
}
