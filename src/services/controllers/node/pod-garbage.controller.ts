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
  /** Why a pod is garbage, if it is. */
  const verdict = (pod: Pod): string | undefined => {
    const { nodeName } = pod.spec ?? {};
    if (!nodeName) return pod.metadata?.deletionTimestamp ? 'PodGC: deleted before it had a node' : undefined;
    const node = caches.nodes.get({ name: nodeName });
    if (!node) {
      const since = missingSince.get(nodeName) ?? clock.monotonicMs();
      missingSince.set(nodeName, since);
      return clock.monotonicMs() - since >= missingNodeQuarantineMs ? 'PodGC: node no longer exists' : undefined;
    }
    missingSince.delete(nodeName);
    const out = node.spec?.taints?.some((taint) => taint.key === OUT_OF_SERVICE) && readyStatus(node) !== 'True';
    return out && pod.metadata?.deletionTimestamp ? 'PodGC: node is out of service' : undefined;
  };
  return {
    name: 'pod-garbage-controller',
    concurrency: 1,
    watches: [{ cache: caches.nodes, keys: () => [SWEEP] }],
    async reconcile() {
      const pods = caches.pods.list();
      for (const pod of pods) {
        const reason = verdict(pod);
        if (reason) await giveUp(context, pod, reason);
      }
      const created = (pod: Pod): string => pod.metadata?.creationTimestamp ?? '';
      const ended = pods.filter((pod) => isPodTerminal(pod) && !pod.metadata?.deletionTimestamp);
      const excess = Math.max(0, ended.length - terminatedPodsMax);
      const oldest = ended.sort((a, b) => (created(a) < created(b) ? -1 : 1)).slice(0, excess);
      for (const pod of oldest) await deleteExactly(context.client, context.kinds.pods, pod, { gracePeriodSeconds: 0 });
      return { againAfterMs: podGarbagePeriodMs };
    },
  };
}

/** Its agent cannot say any more how the pod ended, so it is said here, and then the pod goes without grace. */
async function giveUp(context: ControllerContext, pod: Pod, message: string): Promise<void> {
  if (!isPodTerminal(pod) && pod.spec?.nodeName) {
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message,
      lastTransitionTime: rfc3339(context.clock.now()),
    };
    const body = { metadata: { uid: uidOf(pod) }, status: { phase: 'Failed', conditions: [condition] } };
    await orMissing(
      context.client.patch(context.kinds.pods, nameOf(pod), { type: 'strategic', body }, { subresource: 'status' }),
    );
  }
  await deleteExactly(context.client, context.kinds.pods, pod, { gracePeriodSeconds: 0 });
}
