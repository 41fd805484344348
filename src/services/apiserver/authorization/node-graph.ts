// Which objects the pods of each node refer to, kept current from the caches of pods and of claims.
// A reference is counted, because several pods of a node may share a secret.
import type { Client, ObjectCache } from '#client';
import { resourceOf } from '#client';
import { type NodeGraph, podReferences, type Reference } from '#engine/authorization';
import type { PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '#model/kube';
import { REPLICATED_DRIVER } from '#model/site';

type Counts = Map<Reference, number>;

/** What of a pod was counted for its node. */
interface Counted {
  readonly node: string;
  readonly references: ReadonlySet<Reference>;
}

function secretsOf(volume: PersistentVolume): readonly ({ namespace?: string; name?: string } | undefined)[] {
  const spec = volume.spec;
  return [
    spec?.csi?.nodePublishSecretRef,
    spec?.csi?.nodeStageSecretRef,
    spec?.csi?.nodeExpandSecretRef,
    spec?.cephfs?.secretRef,
    spec?.rbd?.secretRef,
    spec?.flexVolume?.secretRef,
    spec?.iscsi?.secretRef,
  ];
}

export interface LiveNodeGraph extends NodeGraph {
  readonly synced: Promise<void>;
  close(): void;
}

export function liveNodeGraph(client: Client): LiveNodeGraph {
  const nodes = new Map<string, Counts>();
  const pods: ObjectCache<Pod> = client.cache(resourceOf<Pod>('', 'v1', 'pods'));
  const claims = client.cache(resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims'));
  const volumes = client.cache(resourceOf<PersistentVolume>('', 'v1', 'persistentvolumes'));
  const attachments = client.cache(resourceOf<VolumeAttachment>('storage.k8s.io', 'v1', 'volumeattachments'));

  const counted = new Map<string, Counted>();
  const count = ({ node, references }: Counted, by: 1 | -1): void => {
    const counts: Counts = nodes.get(node) ?? new Map();
    nodes.set(node, counts);
    for (const reference of references) {
      const next = (counts.get(reference) ?? 0) + by;
      if (next > 0) counts.set(reference, next);
      else counts.delete(reference);
    }
    if (counts.size === 0) nodes.delete(node);
  };
  const follow = (pod: Pod, isGone: boolean): void => {
    const key = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
    const before = counted.get(key);
    if (before) count(before, -1);
    counted.delete(key);
    const node = pod.spec?.nodeName;
    if (isGone || !node) return;
    const now = { node, references: podReferences(pod) };
    counted.set(key, now);
    count(now, 1);
  };
  const following = pods.onChange(({ type, object }) => follow(object, type === 'deleted'));
  // Pods that were there before anybody listened; a second telling changes nothing.
  for (const pod of pods.list()) follow(pod, false);

  const claimsVolume = (node: string, volume: PersistentVolume | undefined): boolean => {
    const ref = volume?.spec?.claimRef;
    if (!volume || !ref?.name) return false;
    const claim = claims.get({ namespace: ref.namespace ?? '', name: ref.name });
    return (
      claim?.spec?.volumeName === volume.metadata?.name &&
      nodes.get(node)?.has(`persistentvolumeclaims/${ref.namespace ?? ''}/${ref.name}`) === true
    );
  };
  /** A volume that stands on the node, and that only the node can clear away; a replicated one that is deleted, any of them. */
  const standsOn = (node: string, volume: PersistentVolume | undefined): boolean =>
    volume?.metadata?.annotations?.['holdfast.dev/node'] === node ||
    (volume?.spec?.csi?.driver === REPLICATED_DRIVER && volume.metadata?.deletionTimestamp !== undefined);
  return {
    synced: Promise.all([pods.synced, claims.synced, volumes.synced, attachments.synced]).then(() => undefined),
    reaches(node, resource, namespace, name) {
      if (resource === 'persistentvolumes') {
        const volume = volumes.get({ name });
        return standsOn(node, volume) || claimsVolume(node, volume);
      }
      if (resource === 'volumeattachments') return attachments.get({ name })?.spec?.nodeName === node;
      if (nodes.get(node)?.has(`${resource}/${namespace}/${name}` as Reference)) return true;
      if (resource !== 'secrets') return false;
      // Secrets of a volume's driver are named by the volume, not by the pod.
      const named = (volume: PersistentVolume): boolean =>
        secretsOf(volume).some((ref) => ref?.name === name && (ref.namespace ?? namespace) === namespace);
      return volumes.list().some((volume) => named(volume) && claimsVolume(node, volume));
    },
    close() {
      following.close();
      for (const cache of [pods, claims, volumes, attachments]) cache.close();
    },
  };
}
