// Watches the nodes' signs of life. A node whose lease is not renewed in time is Unknown, gets the taints that keep pods
// off it, and its pods count as not ready. When no node is well, it is rather us who cannot see them, and no pod is driven
// away until one is well again. Spans are measured on our own clock from the moment a renewal was seen, so a
// node's wrong clock does no harm, and a jump of ours neither; while the store takes no writes, nobody is silent.
// Source: Kubernetes concepts "Nodes" (rate limits on eviction), "Leases".
import { ApiError, isStoreFull } from '#client';
import { isPodReady, isPodTerminal } from '#engine/workload';
import type { Node, Pod } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, keyOf, nameOf, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { healthTaints, judgeSigns, readyStatus, type SignSeen, silentConditions } from './node-health.plan.ts';

const LEASES = 'kube-node-lease';

export function nodeLifecycleController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  const events = context.events('node-controller');
  const signs = new Map<string, SignSeen>();
  const judge = (node: Node): ReturnType<typeof judgeSigns> => {
    const name = node.metadata?.name ?? '';
    const renewed = caches.leases.get({ namespace: LEASES, name })?.spec?.renewTime;
    const beat = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.lastHeartbeatTime;
    const judged = judgeSigns(signs.get(name), [renewed, beat], clock.monotonicMs());
    signs.set(name, judged.seen);
    return judged;
  };
  return {
    name: 'node-lifecycle-controller',
    watches: [
      // Whether one is well decides about the taints of all.
      { cache: caches.nodes, keys: ({ object }) => [...caches.nodes.list(), object].map(keyOf) },
      {
        cache: caches.leases,
        keys: ({ object }) => (object.metadata?.namespace === LEASES ? [object.metadata.name ?? ''] : []),
      },
    ],
    async reconcile(key) {
      let node = caches.nodes.get(nameOfKey(key));
      if (!node) {
        signs.delete(key);
        return undefined;
      }
      const { isSilent, silentInMs } = judge(node);
      const now = rfc3339(clock.now());
      const conditions = isSilent ? silentConditions(node, now) : undefined;
      if (conditions) {
        const status = { ...node.status, conditions };
        node = await client
          .update(kinds.nodes, { ...node, status }, { subresource: 'status' })
          .catch((error: unknown) => {
            // What takes no word of ours took no sign of life either: the node is not silent, nobody could hear it.
            if (isStoreFull(error)) signs.delete(key);
            throw error;
          });
        const message = `Node ${key} status is now: NodeNotReady`;
        events.recordEvent(kinds.nodes, node, { type: 'Normal', reason: 'NodeNotReady', message });
      }
      const others = caches.nodes.list().filter((other) => other.metadata?.name !== key);
      const evicts = others.some((other) => readyStatus(other) === 'True');
      const taints = healthTaints(node, { now, evicts });
      if (taints) {
        const body = { metadata: { resourceVersion: node.metadata?.resourceVersion }, spec: { taints } };
        node = await client.patch(kinds.nodes, nameOf(node), { type: 'merge', body });
      }
      if (readyStatus(node) !== 'True') await markPodsNotReady(context, context.podsByNode.get(key));
      return isSilent ? undefined : { againAfterMs: silentInMs };
    },
  };
}

async function markPodsNotReady(context: ControllerContext, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) {
    if (!isPodReady(pod) || isPodTerminal(pod)) continue;
    const condition = { type: 'Ready', status: 'False', lastTransitionTime: rfc3339(context.clock.now()) };
    const body = { metadata: { uid: pod.metadata?.uid }, status: { conditions: [condition] } };
    try {
      await context.client.patch(
        context.kinds.pods,
        nameOf(pod),
        { type: 'strategic', body },
        { subresource: 'status' },
      );
    } catch (thrown) {
      if (!(thrown instanceof ApiError && (thrown.code === 404 || thrown.code === 409))) throw thrown;
    }
  }
}
