// Keeps the scheduling engine's cluster in step with the caches, and tells what happened that could help a waiting pod.
import { sameJson } from '#base';
import type { CacheChange, ObjectCache } from '#client';
import { type Cluster, type NamespaceLabels, podInfo } from '#engine/scheduling';
import type { Namespace, Node, Pod } from '#model/kube';
import { keyOf, uidOf } from '#reconcile';
import { schedulerName } from './limits.ts';
import type { Happening } from './scheduling-queue.ts';

export interface FeedEvents {
  /** A pod that waits for a node came or changed. */
  pending(pod: Pod): void;
  /** A pod needs no node any more: it has one, has ended, or is gone. */
  settled(key: string): void;
  happened(what: Happening): void;
}

export function isPending(pod: Pod): boolean {
  const { nodeName, schedulerName: wanted, schedulingGates } = pod.spec ?? {};
  return (
    !nodeName &&
    (wanted ?? schedulerName) === schedulerName &&
    (schedulingGates ?? []).length === 0 &&
    !pod.metadata?.deletionTimestamp &&
    !hasEnded(pod)
  );
}

function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Whether a change of a placed pod is one that decisions look at. */
function samePlace(a: Pod, b: Pod): boolean {
  return (
    a.metadata?.generation === b.metadata?.generation &&
    a.metadata?.deletionTimestamp === b.metadata?.deletionTimestamp &&
    sameJson(a.metadata?.labels, b.metadata?.labels)
  );
}

function sameOffer(a: Node, b: Node): boolean {
  return (
    sameJson(a.spec, b.spec) &&
    sameJson(a.metadata?.labels, b.metadata?.labels) &&
    sameJson(a.status?.allocatable, b.status?.allocatable) &&
    sameJson(a.status?.images, b.status?.images)
  );
}

function onPodChange(
  cluster: Cluster,
  change: CacheChange<Pod>,
  events: FeedEvents,
  namespaceLabels: NamespaceLabels,
): void {
  const { object: pod, previous } = change;
  const uid = uidOf(pod);
  const placed = cluster.nodeOfPod(uid) !== undefined;
  if (change.type === 'deleted' || hasEnded(pod)) {
    cluster.removePod(uid);
    events.settled(keyOf(pod));
    if (placed) events.happened('podGone');
    return;
  }
  const nodeName = pod.spec?.nodeName;
  if (nodeName) {
    events.settled(keyOf(pod));
    const known = placed && previous?.spec?.nodeName === nodeName;
    if (known && samePlace(previous, pod)) return;
    cluster.addPod(podInfo(pod, namespaceLabels), nodeName);
    events.happened(known ? 'podGone' : 'podPlaced');
    return;
  }
  if (!isPending(pod)) events.settled(keyOf(pod));
  else if (!previous || !placed) {
    const changed = !previous || !isPending(previous) || !samePlace(previous, pod);
    if (changed) events.pending(pod);
  }
}

function onNodeChange(cluster: Cluster, change: CacheChange<Node>, events: FeedEvents): void {
  if (change.type === 'deleted') {
    cluster.removeNode(change.object.metadata?.name ?? '');
    return;
  }
  if (change.type === 'modified' && change.previous && sameOffer(change.previous, change.object)) return;
  cluster.setNode(change.object);
  events.happened('node');
}

export interface FedCaches {
  readonly pods: ObjectCache<Pod>;
  readonly nodes: ObjectCache<Node>;
  readonly namespaces: ObjectCache<Namespace>;
}

/** Feeds the cluster with every change, and when it is opened with what the caches hold by then. */
export function feedCluster(cluster: Cluster, caches: FedCaches, events: FeedEvents): { open(): void; close(): void } {
  const labels = namespaceLabelsOf(caches.namespaces);
  const onPod = (change: CacheChange<Pod>): void => onPodChange(cluster, change, events, labels);
  const onNode = (change: CacheChange<Node>): void => onNodeChange(cluster, change, events);
  const handles = [
    caches.pods.onChange(onPod),
    caches.nodes.onChange(onNode),
    caches.namespaces.onChange(() => cluster.forgetCounts()),
  ];
  return {
    open: () => {
      for (const object of caches.nodes.list()) onNode({ type: 'added', object });
      for (const object of caches.pods.list()) onPod({ type: 'added', object });
    },
    close: () => {
      for (const handle of handles) handle.close();
    },
  };
}

/** Labels of namespaces, out of their cache. */
export function namespaceLabelsOf(cache: ObjectCache<Namespace>): NamespaceLabels {
  return (name) => cache.get({ name })?.metadata?.labels;
}
