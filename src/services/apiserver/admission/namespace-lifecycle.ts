// Nothing is created in a namespace that is not there or is going, and the system's own namespaces stay.
// Source: Kubernetes documentation, "Admission Control", NamespaceLifecycle.
import { ApiError } from '#client';
import type { AdmissionPlugin } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { forbid, isFor } from './refusal.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

export function namespaceLifecycle(lookups: Pick<AdmissionLookups, 'namespace'>): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    mutate(request) {
      const { resource, namespace, operation } = request;
      if (operation !== 'CREATE' || !resource.namespaced || request.subresource !== '') return;
      // A question about rights stores nothing.
      if (resource.resource === 'localsubjectaccessreviews') return;
      const found = lookups.namespace(namespace);
      if (!found)
        throw new ApiError(404, 'NotFound', `namespaces "${namespace}" not found`, {
          name: namespace,
          kind: 'namespaces',
        });
      if (!found.metadata?.deletionTimestamp && found.status?.phase !== 'Terminating') return;
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
      const message = `namespace ${namespace} is being terminated`;
      forbid(request, why, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]);
    },
    validate(request) {
      if (request.operation === 'DELETE' && isFor(request, '', 'namespaces') && IMMORTAL.has(request.name))
        forbid(request, 'this namespace may not be deleted');
    },
  };
}
