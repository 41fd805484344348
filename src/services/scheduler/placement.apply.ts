// Writes what was decided: the binding with its event, or the condition and the event that say why there is none.
import { type Client, resourceOf } from '#client';
import type { Binding, Pod } from '#model/kube';
import { type Clock, rfc3339 } from '#platform/clock';
import { type EventRecorder, keyOf, nameOf, orMissing, uidOf } from '#reconcile';

export interface PlacementWorld {
  readonly client: Client;
  readonly clock: Clock;
  readonly events: EventRecorder;
}

export async function bindPod(world: PlacementWorld, pod: Pod, nodeName: string): Promise<void> {
  const pods = resourceOf<Pod>('', 'v1', 'pods');
  const { name, namespace } = pod.metadata ?? {};
  const body: Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, uid: uidOf(pod) },
    target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
  };
  await world.client.createSub(pods, nameOf(pod), 'binding', body);
  const message = `Successfully assigned ${keyOf(pod)} to ${nodeName}`;
  world.events.recordEvent(pods, pod, { type: 'Normal', reason: 'Scheduled', message });
}

export async function reportUnplaced(world: PlacementWorld, pod: Pod, message: string): Promise<void> {
  const pods = resourceOf<Pod>('', 'v1', 'pods');
  world.events.recordEvent(pods, pod, { type: 'Warning', reason: 'FailedScheduling', message });
  const known = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (known?.status === 'False' && known.message === message) return;
  const since = known?.status === 'False' ? known.lastTransitionTime : rfc3339(world.clock.now());
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime: since,
  };
  const body = { metadata: { uid: uidOf(pod) }, status: { conditions: [condition] } };
  await orMissing(world.client.patch(pods, nameOf(pod), { type: 'strategic', body }, { subresource: 'status' }));
}
