// Which changes of pods and nodes can change a forecast: most are news of how they fare.
import { sameJson } from '#base';
import type { CacheChange } from '#client';
import type { Node, Pod } from '#model/kube';

/** It has ended, or is on its way: it needs no place any more. */
export const isOver = ({ metadata, status }: Pod): boolean =>
  metadata?.deletionTimestamp !== undefined || status?.phase === 'Succeeded' || status?.phase === 'Failed';

export const nodeIsReady = (node: Node | undefined): boolean =>
  node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

/** Nothing to compare with: it came or went, or a full pass asks. */
function isWhole<K>({ type, object, previous }: CacheChange<K>): boolean {
  return type !== 'modified' || previous === object;
}

export function podMatters(change: CacheChange<Pod>): boolean {
  const { object, previous } = change;
  if (isWhole(change) || !previous) return true;
  return (
    isOver(object) !== isOver(previous) ||
    object.spec?.nodeName !== previous.spec?.nodeName ||
    object.metadata?.generation !== previous.metadata?.generation ||
    !sameJson(object.metadata?.labels, previous.metadata?.labels) ||
    !sameJson(object.metadata?.annotations, previous.metadata?.annotations) ||
    !sameJson(object.metadata?.ownerReferences, previous.metadata?.ownerReferences)
  );
}

export function nodeMatters(change: CacheChange<Node>): boolean {
  const { object, previous } = change;
  if (isWhole(change) || !previous) return true;
  return (
    nodeIsReady(object) !== nodeIsReady(previous) ||
    !sameJson(object.spec, previous.spec) ||
    !sameJson(object.metadata?.labels, previous.metadata?.labels) ||
    !sameJson(object.status?.allocatable, previous.status?.allocatable)
  );
}
