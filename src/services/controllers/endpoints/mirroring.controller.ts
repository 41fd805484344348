// Mirrors hand-made Endpoints of Services without a selector into EndpointSlices, so that whoever reads only slices sees
// them. Source: Kubernetes concepts "Service", "EndpointSlice mirroring".
import { mirroredGroups } from '#engine/endpoints';
import { type Controller, nameOfKey, ownerReference } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';
import { applySlices, watchSlices } from './slices.apply.ts';

const MANAGER = 'endpointslicemirroring-controller.k8s.io';

export function endpointSliceMirroringController(context: ControllerContext): Controller {
  const { caches, kinds } = context;
  return {
    name: 'endpointslice-mirroring-controller',
    watches: [watchSelf(caches.endpoints), watchSelf(caches.services), watchSlices(context, MANAGER)],
    async reconcile(key) {
      const { name, namespace = '' } = nameOfKey(key);
      const endpoints = caches.endpoints.get({ name, namespace });
      const service = caches.services.get({ name, namespace });
      const { labels, annotations } = endpoints?.metadata ?? {};
      const mirrored =
        endpoints &&
        service &&
        Object.keys(service.spec?.selector ?? {}).length === 0 &&
        !endpoints.metadata?.deletionTimestamp &&
        labels?.['endpointslice.kubernetes.io/skip-mirror'] !== 'true' &&
        annotations?.['control-plane.alpha.kubernetes.io/leader'] === undefined;
      await applySlices(context, {
        name,
        namespace,
        manager: MANAGER,
        ownerReferences: endpoints ? [ownerReference(kinds.endpoints, endpoints)] : [],
        labels: mirrored ? { ...labels } : {},
        groups: mirrored ? mirroredGroups(endpoints.subsets ?? []) : [],
      });
    },
  };
}
