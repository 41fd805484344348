// Makes the claims of pods' generic ephemeral volumes, owned by their pod. Source: Kubernetes concepts "Ephemeral Volumes".
import { type Controller, isControlledBy, nameOfKey, ownerReference } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';

export function ephemeralVolumeController(context: ControllerContext): Controller {
  const { caches, client, kinds } = context;
  const events = context.events('ephemeral-volume-controller');
  return {
    name: 'ephemeral-volume-controller',
    watches: [watchSelf(caches.pods)],
    async reconcile(key) {
      const pod = caches.pods.get(nameOfKey(key));
      if (!pod || pod.metadata?.deletionTimestamp) return;
      for (const volume of pod.spec?.volumes ?? []) {
        const template = volume.ephemeral?.volumeClaimTemplate;
        if (!template) continue;
        const at = { namespace: pod.metadata?.namespace, name: `${pod.metadata?.name}-${volume.name}` };
        const known = caches.claims.get(at);
        if (known && !isControlledBy(known, pod)) {
          const message = `PVC ${at.namespace}/${at.name} was not created for pod ${key} (pod is not owner)`;
          events.recordEvent(kinds.pods, pod, { type: 'Warning', reason: 'FailedEphemeralVolumeCreation', message });
        }
        if (known) continue;
        const { labels, annotations } = template.metadata ?? {};
        const metadata = { ...at, labels, annotations, ownerReferences: [ownerReference(kinds.pods, pod)] };
        await client.create(kinds.claims, { metadata, spec: template.spec });
      }
    },
  };
}
