// Keeps the Endpoints object of each Service with a selector. Source: Kubernetes API, core/v1 Endpoints.
import { sameJson } from '#base';
import { endpointSubsets, isHeadless } from '#engine/endpoints';
import type { Endpoints, Service } from '#model/kube';
import { type Controller, deleteExactly, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';
import { hasOwnEndpoints, type ServicePods } from './service-pods.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';

export function endpointsController(context: ControllerContext, servicePods: ServicePods): Controller {
  const { caches, client, kinds } = context;
  return {
    name: 'endpoint-controller',
    watches: [
      watchSelf(caches.services),
      watchSelf(caches.endpoints),
      { cache: caches.pods, keys: (change) => servicePods.servicesOf(change) },
    ],
    async reconcile(key) {
      const at = nameOfKey(key);
      const service = caches.services.get(at);
      const known = caches.endpoints.get(at);
      if (!service) {
        if (known?.metadata?.labels?.[MANAGED_BY]) await deleteExactly(client, kinds.endpoints, known);
        return;
      }
      if (!hasOwnEndpoints(service) || service.metadata?.deletionTimestamp) return;
      const wanted = endpointsOf(service, known, servicePods);
      if (!known) await client.create(kinds.endpoints, wanted);
      else if (!sameJson(wanted.subsets, known.subsets ?? []) || !sameJson(wanted.metadata, known.metadata)) {
        await client.update(kinds.endpoints, wanted);
      }
    },
  };
}

function endpointsOf(service: Service, known: Endpoints | undefined, servicePods: ServicePods): Endpoints {
  const { name, namespace } = service.metadata ?? {};
  const labels = {
    ...service.metadata?.labels,
    [MANAGED_BY]: 'endpoint-controller',
    ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...(known?.metadata ?? { name, namespace }), labels },
    subsets: endpointSubsets(service, servicePods.podsOf(service)),
  };
}
