// Which pods of a node are to go before it restarts, and which of those may go now: of a workload of two replicas or more, no pod that is
// Ready goes while it is the only one. Budgets are asked besides, by the eviction API.
import type { Pod } from '#model/kube';

/** How many pods each controller is to have, by its uid; one that is not known is not held back for. */
export type DesiredReplicas = ReadonlyMap<string, number>;

const controllerOf = (pod: Pod) => pod.metadata?.ownerReferences?.find(({ controller }) => controller);
const isEnding = (pod: Pod): boolean => pod.metadata?.deletionTimestamp !== undefined;
const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

export const podName = (pod: Pod): string => `${pod.metadata?.namespace}/${pod.metadata?.name}`;

/** Pods of a daemon come back with their node, and pods without a controller would not come back at all: they pause with it. */
export function podsToGo(pods: readonly Pod[], node: string): readonly Pod[] {
  return pods.filter((pod) => {
    const controller = controllerOf(pod);
    return pod.spec?.nodeName === node && !isOver(pod) && controller !== undefined && controller.kind !== 'DaemonSet';
  });
}

/** In one round at most one pod of each controller goes. */
export function podsToEvict(pods: readonly Pod[], node: string, desired: DesiredReplicas): readonly Pod[] {
  const asked = new Set<string>();
  return podsToGo(pods, node).filter((pod) => {
    const uid = controllerOf(pod)?.uid ?? '';
    if (isEnding(pod) || asked.has(uid)) return false;
    const others = pods.filter((other) => other !== pod && controllerOf(other)?.uid === uid);
    const isAlone = !others.some((other) => isReady(other) && !isEnding(other));
    if (isReady(pod) && (desired.get(uid) ?? 1) > 1 && isAlone) return false;
    asked.add(uid);
    return true;
  });
}
