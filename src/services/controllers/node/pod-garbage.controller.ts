// Removes pods that nobody will ever finish: on nodes that are gone or declared out of service, deleted before they had a
// node, and ended ones beyond the number that is kept. Source: Kubernetes concepts "Pod Lifecycle", "Garbage collection of
// Pods"; "Node Shutdowns", "Non-graceful node shutdown handling".
import { isPodTerminal } from '#engine/workload';
import type { Pod } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, deleteExactly, nameOf, orMissing, uidOf } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { missingNodeQuarantineMs, podGarbagePeriodMs, terminatedPodsMax } from '../limits.ts';
import { readyStatus } from './node-health.plan.ts';

const SWEEP = 'all';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export function podGarbageController(context: ControllerContext): Controller {
  const { caches, clock } = context;
  const missingSince = new Map<string, number>();
  const isGarbage = (pod: Pod): Garbage | undefined => {
    const { nodeName } = pod.spec ?? {};
    const leaving = pod.metadata?.deletionTimestamp !== undefined;
    if (!nodeName) return leaving ? 'leaving' : undefined;
    const node = caches.nodes.get({ name: nodeName });
    if (!node) {
      const since = missingSince.get(nodeName) ?? clock.monotonicMs();
      missingSince.set(nodeName, since);
      return clock.monotonicMs() - since >= missingNodeQuarantineMs ? 'orphaned' : undefined;
    }
    const out = node.spec?.taints?.some((taint) => taint.key === OUT_OF_SERVICE) && readyStatus(node) !== 'True';
    return out && leaving ? 'leaving' : undefined;
  };
  return {
    name: 'pod-garbage-controller',
    concurrency: 1,
    watches: [{ cache: caches.nodes, keys: () => [SWEEP] }],
    async reconcile() {
      for (const name of missingSince.keys()) if (caches.nodes.get({ name })) missingSince.delete(name);
      const pods = caches.pods.list();
      const refused: unknown[] = [];
      // One that cannot be removed now must not keep the others.
      const attempt = (act: Promise<void>): Promise<unknown> => act.catch((error: unknown) => refused.push(error));
      for (const pod of pods) {
        const garbage = isGarbage(pod);
        if (garbage) await attempt(giveUp(context, pod, garbage));
      }
      for (const pod of excessOf(pods)) await attempt(remove(context, pod));
      if (refused.length > 0) throw new AggregateError(refused, `${refused.length} pods cannot be removed`);
      return { againAfterMs: podGarbagePeriodMs };
    },
  };
}

/** Why a pod is garbage: its node is gone, or it is deleted and nobody will say that it has ended. */
type Garbage = 'orphaned' | 'leaving';

/** Ended pods beyond the number that is kept: evicted ones first, then the oldest. */
function excessOf(pods: readonly Pod[]): Pod[] {
  const ended = pods.filter((pod) => isPodTerminal(pod) && !pod.metadata?.deletionTimestamp);
  const rank = ({ status, metadata }: Pod): string =>
    `${status?.phase === 'Failed' && status.reason === 'Evicted' ? 0 : 1} ${metadata?.creationTimestamp ?? ''}`;
  const excess = Math.max(0, ended.length - terminatedPodsMax);
  return ended.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, excess);
}

const remove = (context: ControllerContext, pod: Pod): Promise<void> =>
  deleteExactly(context.client, context.kinds.pods, pod, { gracePeriodSeconds: 0 });

/** Its agent cannot say any more how the pod ended, so it is said here, and then the pod goes without grace. */
async function giveUp(context: ControllerContext, pod: Pod, garbage: Garbage): Promise<void> {
  if (!isPodTerminal(pod)) {
    const disrupted = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
      lastTransitionTime: rfc3339(context.clock.now()),
    };
    const conditions = garbage === 'orphaned' ? { conditions: [disrupted] } : {};
    const body = { metadata: { uid: uidOf(pod) }, status: { phase: 'Failed', ...conditions } };
    await orMissing(
      context.client.patch(context.kinds.pods, nameOf(pod), { type: 'strategic', body }, { subresource: 'status' }),
    );
  }
  await remove(context, pod);
}
