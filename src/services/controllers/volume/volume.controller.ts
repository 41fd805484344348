// Keeps the phase of volumes, and reclaims those whose claim is gone. Source: Kubernetes concepts "Persistent Volumes",
// "Reclaiming".
import type { PersistentVolume } from '#model/kube';
import { REPLICATED_DRIVER } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { type Controller, deleteExactly, nameOf, nameOfKey, orMissing } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';
import {
  nodeAnnotation,
  nodeLocalFinalizer,
  nodeLocalProvisioner,
  provisionedByAnnotation,
} from './node-local.apply.ts';

export function volumeController(context: ControllerContext): Controller {
  const { caches, client, kinds } = context;
  const events = context.events('persistentvolume-controller');
  return {
    name: 'volume-controller',
    watches: [
      watchSelf(caches.volumes),
      {
        cache: caches.claims,
        keys: ({ object, type, previous }) => {
          const names = [object.spec?.volumeName, previous?.spec?.volumeName].filter((name) => name !== undefined);
          // A reserved volume whose claim went before it was named there.
          if (type === 'deleted') names.push(`pvc-${object.metadata?.uid}`);
          return new Set(names);
        },
      },
      {
        cache: caches.nodes,
        keys: ({ type, object }) =>
          type !== 'deleted'
            ? []
            : caches.volumes
                .list()
                .filter((volume) => volume.metadata?.annotations?.[nodeAnnotation] === object.metadata?.name)
                .map((volume) => volume.metadata?.name ?? ''),
      },
    ],
    async reconcile(key) {
      const volume = caches.volumes.get(nameOfKey(key));
      if (!volume) return;
      const phase = phaseOf(context, volume);
      if (volume.status?.phase !== phase) {
        const status = { ...volume.status, phase, lastPhaseTransitionTime: rfc3339(context.clock.now()) };
        await client.update(kinds.volumes, { ...volume, status }, { subresource: 'status' });
        return;
      }
      if (volume.metadata?.deletionTimestamp) await letGo(context, volume);
      else if (phase === 'Released' && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') {
        const maker = volume.metadata?.annotations?.[provisionedByAnnotation];
        if (maker === nodeLocalProvisioner || maker === REPLICATED_DRIVER)
          await deleteExactly(client, kinds.volumes, volume);
        else if (!maker) {
          const message = 'No deleter is known for this volume; delete what it stands for, then the object';
          events.recordEvent(kinds.volumes, volume, { type: 'Warning', reason: 'VolumeFailedDelete', message });
        }
      }
    },
  };
}

function phaseOf(context: ControllerContext, volume: PersistentVolume): string {
  const reference = volume.spec?.claimRef;
  if (!reference) return 'Available';
  if (!reference.uid) return 'Available';
  const claim = context.caches.claims.get({ namespace: reference.namespace, name: reference.name ?? '' });
  if (claim?.metadata?.uid !== reference.uid) return 'Released';
  return claim.spec?.volumeName === volume.metadata?.name ? 'Bound' : (volume.status?.phase ?? 'Available');
}

/** The folder of a node that has left is gone with it. */
async function letGo(context: ControllerContext, volume: PersistentVolume): Promise<void> {
  const { finalizers = [], annotations, uid, resourceVersion } = volume.metadata ?? {};
  const node = annotations?.[nodeAnnotation];
  if (!finalizers.includes(nodeLocalFinalizer) || !node || context.caches.nodes.get({ name: node })) return;
  const metadata = { uid, resourceVersion, finalizers: finalizers.filter((name) => name !== nodeLocalFinalizer) };
  await orMissing(context.client.patch(context.kinds.volumes, nameOf(volume), { type: 'merge', body: { metadata } }));
}
