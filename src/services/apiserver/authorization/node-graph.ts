// Which objects the pods of each node refer to, kept current from the caches of pods and of claims.
// A reference is counted, because several pods of a node may share a secret.
import type { Client, ObjectCache } from '#client';
import { resourceOf } from '#client';
import { type NodeGraph, podReferences, type Reference } from '#engine/authorization';
import type { PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '#model/kube';

type Counts = Map<Reference, number>;

function count(counts: Counts, pod: Pod, by: 1 | -1): void {
  for (const reference of podReferences(pod)) {
    const next = (counts.get(reference) ?? 0) + by;
    if (next > 0) counts.set(reference, next);
    else counts.delete(reference);
  }
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

  const add = (pod: Pod | undefined, by: 1 | -1): void => {
    const node = pod?.spec?.nodeName;
    if (!pod || !node) return;
    let counts = nodes.get(node);
    if (!counts) {
      counts = new Map();
      nodes.set(node, counts);
    }
    count(counts, pod, by);
    if (counts.size === 0) nodes.delete(node);
  };
  const following = pods.onChange(({ type, object, previous }) => {
    add(previous ?? (type === 'deleted' ? object : undefined), -1);
    if (type !== 'deleted') add(object, 1);
  });

  const claimsVolume = (node: string, volume: PersistentVolume | undefined): boolean => {
    const ref = volume?.spec?.claimRef;
    if (!volume || !ref?.name) return false;
    const claim = claims.get({ namespace: ref.namespace ?? '', name: ref.name });
    return (
      claim?.spec?.volumeName === volume.metadata?.name &&
      nodes.get(node)?.has(`persistentvolumeclaims/${ref.namespace ?? ''}/${ref.name}`) === true
    );
  };
  /** A volume that stands on the node, and that only the node can clear away. */
  const standsOn = (node: string, volume: PersistentVolume | undefined): boolean =>
    volume?.metadata?.annotations?.['holdfast.dev/node'] === node;
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
