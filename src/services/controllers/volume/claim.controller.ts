// Binds claims to volumes: the volume a claim names, one that is reserved for it, the smallest that suits, or one that is
// made for it. Source: Kubernetes concepts "Persistent Volumes", "Storage Classes".
import { sameJson } from '#base';
import { classOfClaim, findVolume, isReservedFor, selectedNodeAnnotation } from '#engine/scheduling';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#model/kube';
import { REPLICATED_DRIVER } from '#model/site';
import { type Controller, type EventRecorder, keyOf, nameOf, nameOfKey, uidOf } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';
import { nodeLocalProvisioner, provisionNodeLocal } from './node-local.apply.ts';
import { provisionReplicated } from './replicated.apply.ts';

const BOUND = 'pv.kubernetes.io/bind-completed';
const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

export function claimController(context: ControllerContext, options: { nodeLocalFolder: string }): Controller {
  const { caches } = context;
  const events = context.events('persistentvolume-controller');
  const waiting = (className: string | undefined): string[] =>
    caches.claims
      .list()
      .filter((claim) => !claim.metadata?.annotations?.[BOUND] && classOfClaim(claim) === (className ?? ''))
      .map(keyOf);
  return {
    name: 'claim-binder-controller',
    // One at a time: two claims must not choose the same volume.
    concurrency: 1,
    watches: [
      watchSelf(caches.claims),
      {
        cache: caches.volumes,
        keys: ({ object: { spec } }) =>
          spec?.claimRef ? [`${spec.claimRef.namespace}/${spec.claimRef.name}`] : waiting(spec?.storageClassName),
      },
      { cache: caches.storageClasses, keys: ({ object }) => waiting(object.metadata?.name) },
    ],
    async reconcile(key) {
      const claim = caches.claims.get(nameOfKey(key));
      if (!claim) return;
      if (claim.spec?.volumeName) return settleNamed(context, claim, events);
      if (claim.metadata?.deletionTimestamp) return;
      const storageClass = caches.storageClasses.get({ name: classOfClaim(claim) });
      const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
      const volumes = caches.volumes.list();
      const found = waits ? volumes.find((volume) => isReservedFor(volume, claim)) : findVolume(claim, volumes);
      if (found) await bind(context, claim, found);
      else await provide(context, { claim, storageClass, events }, options.nodeLocalFolder);
    },
  };
}

/** Says that the two belong together, on both, volume first: whatever happens in between, the next pass goes on. */
async function bind(context: ControllerContext, claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
  const { client, kinds } = context;
  const { name, namespace } = claim.metadata ?? {};
  if (volume.spec?.claimRef?.uid !== uidOf(claim)) {
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid: uidOf(claim) };
    const annotations = volume.spec?.claimRef ? {} : { [BY_CONTROLLER]: 'yes' };
    const metadata = { resourceVersion: volume.metadata?.resourceVersion, annotations };
    await client.patch(kinds.volumes, nameOf(volume), { type: 'merge', body: { metadata, spec: { claimRef } } });
  }
  let bound = claim;
  if (claim.spec?.volumeName !== volume.metadata?.name || !claim.metadata?.annotations?.[BOUND]) {
    const byController = claim.spec?.volumeName ? {} : { [BY_CONTROLLER]: 'yes' };
    const metadata = {
      resourceVersion: claim.metadata?.resourceVersion,
      annotations: { [BOUND]: 'yes', ...byController },
    };
    const body = { metadata, spec: { volumeName: volume.metadata?.name } };
    bound = await client.patch(kinds.claims, nameOf(claim), { type: 'merge', body });
  }
  const { accessModes, capacity } = volume.spec ?? {};
  await writeClaimStatus(context, bound, { phase: 'Bound', accessModes, capacity });
}

async function writeClaimStatus(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  wanted: NonNullable<PersistentVolumeClaim['status']>,
): Promise<void> {
  const status = { ...claim.status, ...wanted };
  if (sameJson(status, claim.status)) return;
  await context.client.update(context.kinds.claims, { ...claim, status }, { subresource: 'status' });
}

async function settleNamed(
  context: ControllerContext,
  claim: PersistentVolumeClaim,
  events: EventRecorder,
): Promise<void> {
  const volume = context.caches.volumes.get({ name: claim.spec?.volumeName ?? '' });
  const free = volume && (!volume.spec?.claimRef || isReservedFor(volume, claim));
  if (free) return bind(context, claim, volume);
  if (!claim.metadata?.annotations?.[BOUND] || claim.status?.phase === 'Lost') return;
  const [reason, message] = volume
    ? ['ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly']
    : ['ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'];
  events.recordEvent(context.kinds.claims, claim, { type: 'Warning', reason, message });
  await writeClaimStatus(context, claim, { phase: 'Lost' });
}

async function provide(
  context: ControllerContext,
  wanted: { claim: PersistentVolumeClaim; storageClass: StorageClass | undefined; events: EventRecorder },
  nodeLocalFolder: string,
): Promise<void> {
  const { claim, storageClass, events } = wanted;
  const { client, kinds } = context;
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    events.recordEvent(kinds.claims, claim, { type, reason, message });
  if (!storageClass) {
    const named = classOfClaim(claim);
    if (named) tell('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${named}" not found`);
    else tell('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    return;
  }
  const chosen = claim.metadata?.annotations?.[selectedNodeAnnotation];
  if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && !chosen) {
    tell('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    return;
  }
  const { provisioner } = storageClass;
  if (provisioner === nodeLocalProvisioner) {
    await provisionNodeLocal(context, { claim, storageClass, nodeName: chosen ?? '', folder: nodeLocalFolder });
    return;
  }
  if (provisioner === REPLICATED_DRIVER) {
    if (claim.spec?.volumeMode === 'Block')
      tell('Warning', 'ProvisioningFailed', 'replicated volumes are folders: volumeMode Block is not supported');
    else await provisionReplicated(context, { claim, storageClass });
    return;
  }
  if (provisioner === 'kubernetes.io/no-provisioner') {
    tell('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    return;
  }
  const annotations = {
    'volume.kubernetes.io/storage-provisioner': provisioner,
    'volume.beta.kubernetes.io/storage-provisioner': provisioner,
  };
  if (claim.metadata?.annotations?.['volume.kubernetes.io/storage-provisioner'] !== provisioner) {
    await client.patch(kinds.claims, nameOf(claim), { type: 'merge', body: { metadata: { annotations } } });
  }
  tell(
    'Normal',
    'ExternalProvisioning',
    `Waiting for a volume to be created by the external provisioner '${provisioner}'`,
  );
}
