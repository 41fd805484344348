// Shows static pods in the API by mirror pods, and takes away mirrors whose file is gone. What cannot be done now is done at
// the next comparison: a static pod runs without its mirror.
import { messageOf } from '#base';
import { ApiError } from '#client';
import type { Pod } from '#model/kube';
import { type AgentContext, NODES, PODS } from '../context.ts';
import { CONFIG_HASH, CONFIG_MIRROR, mirrorPodOf } from './static-pods.ts';

/** `shown` is what the API has under the pod's name. */
export async function mirrorShow({ options }: AgentContext, pod: Pod, shown: Pod | undefined): Promise<void> {
  const { client, log, nodeName } = options;
  const { namespace, name = '', annotations } = pod.metadata ?? {};
  try {
    if (shown && shown.metadata?.annotations?.[CONFIG_MIRROR] !== annotations?.[CONFIG_HASH])
      await client.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0 });
    else if (!shown) {
      const node = await client.get(NODES, { name: nodeName });
      await client.create(PODS, mirrorPodOf(pod, node.metadata?.uid));
    }
  } catch (error) {
    const known = error instanceof ApiError && [404, 409].includes(error.code);
    if (!known) log.debug('a static pod is not shown in the API', { pod: name, error: messageOf(error) });
  }
}

export async function mirrorDrop({ options }: AgentContext, mirror: Pod): Promise<void> {
  const { namespace, name = '', uid } = mirror.metadata ?? {};
  try {
    await options.client.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    options.log.debug('a mirror pod cannot be deleted', { pod: name, error: messageOf(error) });
  }
}
