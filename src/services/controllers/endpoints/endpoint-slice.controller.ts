// Keeps the EndpointSlices of each Service with a selector. Source: Kubernetes concepts "EndpointSlices".
import { endpointGroups, isHeadless } from '#engine/endpoints';
import type { Service } from '#model/kube';
import { type Controller, keyOf, nameOfKey, ownerReference } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';
import { hasOwnEndpoints, type ServicePods } from './service-pods.ts';
import { applySlices, managedByLabel, serviceNameLabel, watchSlices } from './slices.apply.ts';

const MANAGER = 'endpointslice-controller.k8s.io';

export function endpointSliceController(context: ControllerContext, servicePods: ServicePods): Controller {
  const { caches, kinds } = context;
  const zoneOf = (node: string): string | undefined =>
    caches.nodes.get({ name: node })?.metadata?.labels?.['topology.kubernetes.io/zone'];
  return {
    name: 'endpointslice-controller',
    watches: [
      watchSelf(caches.services),
      watchSlices(context, MANAGER),
      { cache: caches.pods, keys: (change) => servicePods.servicesOf(change) },
      {
        cache: caches.nodes,
        keys: ({ object, previous }) => {
          const zone = 'topology.kubernetes.io/zone';
          const moved = previous && previous.metadata?.labels?.[zone] !== object.metadata?.labels?.[zone];
          return moved ? caches.services.list().map(keyOf) : [];
        },
      },
    ],
    async reconcile(key) {
      const service = caches.services.get(nameOfKey(key));
      if (!service || !hasOwnEndpoints(service) || service.metadata?.deletionTimestamp) return;
      await applySlices(context, {
        name: service.metadata?.name ?? '',
        namespace: service.metadata?.namespace ?? '',
        manager: MANAGER,
        ownerReferences: [ownerReference(kinds.services, service)],
        labels: labelsOf(service),
        groups: endpointGroups(service, servicePods.podsOf(service), zoneOf),
        emptyType: service.spec?.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4',
      });
    },
  };
}

function labelsOf(service: Service): Record<string, string> {
  const { [managedByLabel]: _manager, [serviceNameLabel]: _name, ...own } = service.metadata?.labels ?? {};
  return { ...own, ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}) };
}
