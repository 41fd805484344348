// Sees to the volumes of a pod before it is bound: reserves the chosen volumes, asks the provisioner for the others by
// naming the node, and waits until every claim is bound. Source: Kubernetes concepts "Storage Classes", "Volume binding mode".
import { WorldError } from '#base';
import { type Client, type ObjectCache, resourceOf } from '#client';
import {
  classOfClaim,
  isFullyBound,
  selectedNodeAnnotation,
  type VolumeDecision,
  type VolumeView,
} from '#engine/scheduling';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#model/kube';
import type { Clock, Timer } from '#platform/clock';
import { indexCache, nameOf, uidOf } from '#reconcile';
import { volumeBindTimeoutMs } from './limits.ts';

export interface VolumeCaches {
  readonly claims: ObjectCache<PersistentVolumeClaim>;
  readonly volumes: ObjectCache<PersistentVolume>;
  readonly classes: ObjectCache<StorageClass>;
}

export function volumeView(caches: VolumeCaches): VolumeView & { close(): void } {
  const byClass = indexCache(caches.volumes, (volume) =>
    volume.status?.phase === 'Bound' ? [] : [volume.spec?.storageClassName ?? ''],
  );
  return {
    claim: (namespace, name) => caches.claims.get({ namespace, name }),
    volume: (name) => caches.volumes.get({ name }),
    storageClass: (name) => (name ? caches.classes.get({ name }) : undefined),
    unbound: (className) => byClass.get(className),
    close: () => byClass.close(),
  };
}

export async function applyVolumes(
  world: { client: Client; clock: Clock; caches: VolumeCaches },
  decision: VolumeDecision,
  nodeName: string,
): Promise<void> {
  const { client } = world;
  const volumes = resourceOf<PersistentVolume>('', 'v1', 'persistentvolumes');
  const claims = resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims');
  for (const { claim, volume } of decision.bind) {
    const { name, namespace } = claim.metadata ?? {};
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid: uidOf(claim) };
    const annotations = { 'pv.kubernetes.io/bound-by-controller': 'yes' };
    const metadata = { resourceVersion: volume.metadata?.resourceVersion, annotations };
    await client.patch(volumes, nameOf(volume), { type: 'merge', body: { metadata, spec: { claimRef } } });
  }
  for (const claim of decision.provision) {
    const metadata = { uid: uidOf(claim), annotations: { [selectedNodeAnnotation]: nodeName } };
    await client.patch(claims, nameOf(claim), { type: 'merge', body: { metadata } });
  }
  await untilBound(world, [...decision.bind.map((b) => b.claim), ...decision.provision], decision);
}

/** Resolves when all claims are bound; fails when a provisioner gave its choice of node back, or time is up. */
function untilBound(
  world: { clock: Clock; caches: VolumeCaches },
  claims: readonly PersistentVolumeClaim[],
  decision: VolumeDecision,
): Promise<void> {
  const { claims: cache } = world.caches;
  const uids = new Set(claims.map(uidOf));
  const provisioned = new Set(decision.provision.map(uidOf));
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    let handle: { close(): void } | undefined;
    const end = (act: () => void): void => {
      timer?.cancel();
      handle?.close();
      act();
    };
    const fail = (why: string): void => end(() => reject(new WorldError('Failed', why, { attempted: 'bind volumes' })));
    const look = (): void => {
      const now = claims.map((claim) => cache.get(nameOf(claim)));
      const current = now.filter((claim) => claim !== undefined).filter((claim) => uids.has(uidOf(claim)));
      const given = current.find(
        (claim) =>
          provisioned.has(uidOf(claim)) &&
          !isFullyBound(claim) &&
          claim.metadata?.annotations?.[selectedNodeAnnotation] === undefined,
      );
      if (current.length < claims.length) fail('a claim was deleted');
      else if (given) fail(`storage class ${classOfClaim(given)} cannot provide the volume on this node`);
      else if (current.every(isFullyBound)) end(resolve);
    };
    handle = cache.onChange((change) => {
      if (uids.has(uidOf(change.object))) look();
    });
    timer = world.clock.after(volumeBindTimeoutMs, () => fail('volumes were not bound in time'), { background: true });
    look();
  });
}
