// Keeps claims from vanishing under pods, and volumes under claims: their protecting finalizer is taken off when nothing
// uses them any more. Source: Kubernetes concepts "Persistent Volumes", "Storage Object in Use Protection".
import type { Resource } from '#client';
import type { KubeObject } from '#model/kube';
import { type Controller, nameOf, nameOfKey, orMissing } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';

async function unprotect<K extends KubeObject>(
  context: ControllerContext,
  of: Resource<K>,
  object: K,
  finalizer: string,
): Promise<void> {
  const { finalizers = [], uid, resourceVersion } = object.metadata ?? {};
  const metadata = { uid, resourceVersion, finalizers: finalizers.filter((name) => name !== finalizer) };
  await orMissing(context.client.patch(of, nameOf(object), { type: 'merge', body: { metadata } }));
}

export function claimProtectionController(context: ControllerContext): Controller {
  const { caches, kinds, podsByClaim } = context;
  const finalizer = 'kubernetes.io/pvc-protection';
  return {
    name: 'pvc-protection-controller',
    watches: [
      watchSelf(caches.claims),
      {
        cache: caches.pods,
        *keys({ type, object }) {
          if (type !== 'deleted') return;
          for (const { persistentVolumeClaim, ephemeral, name } of object.spec?.volumes ?? []) {
            const claim = ephemeral ? `${object.metadata?.name}-${name}` : persistentVolumeClaim?.claimName;
            if (claim) yield `${object.metadata?.namespace}/${claim}`;
          }
        },
      },
    ],
    async reconcile(key) {
      const claim = caches.claims.get(nameOfKey(key));
      if (!claim?.metadata?.deletionTimestamp || !claim.metadata.finalizers?.includes(finalizer)) return;
      // A pod without a node cannot start any more: its agent refuses a claim that is on its way out.
      if (podsByClaim.get(key).some((pod) => pod.spec?.nodeName)) return;
      await unprotect(context, kinds.claims, claim, finalizer);
    },
  };
}

export function volumeProtectionController(context: ControllerContext): Controller {
  const { caches, kinds } = context;
  const finalizer = 'kubernetes.io/pv-protection';
  return {
    name: 'pv-protection-controller',
    watches: [watchSelf(caches.volumes)],
    async reconcile(key) {
      const volume = caches.volumes.get(nameOfKey(key));
      if (!volume?.metadata?.deletionTimestamp || !volume.metadata.finalizers?.includes(finalizer)) return;
      if (volume.status?.phase !== 'Bound') await unprotect(context, kinds.volumes, volume, finalizer);
    },
  };
}
