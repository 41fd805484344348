// Nobody blocks the deletion of an owner whose finalizers he could not set. Not in the default set of Kubernetes, because
// it breaks controllers with narrow roles; a cluster asks for it.
// Source: Kubernetes documentation, "Admission Control", OwnerReferencesPermissionEnforcement.
import { sameJson } from '#base';
import type { ResourceFacts } from '#model/kube';
import type { AdmissionPlugin, Authorizer } from '../contract.ts';
import { forbid } from './refusal.ts';

export function ownerReferencesPermission(options: {
  readonly authorizer: Authorizer;
  resourceOfKind(apiVersion: string, kind: string): ResourceFacts | undefined;
}): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    validate(request) {
      if (request.operation === 'DELETE' || request.subresource !== '') return;
      const before = request.oldObject?.metadata?.ownerReferences ?? [];
      for (const owner of request.object?.metadata?.ownerReferences ?? []) {
        if (!owner.blockOwnerDeletion || before.some((old) => sameJson(old, owner))) continue;
        const facts = options.resourceOfKind(owner.apiVersion, owner.kind);
        const verdict =
          facts &&
          options.authorizer.authorize({
            user: request.user,
            verb: 'update',
            isResource: true,
            path: '',
            group: facts.group,
            version: facts.version,
            resource: facts.resource,
            subresource: 'finalizers',
            namespace: facts.namespaced ? request.namespace : '',
            name: owner.name,
          });
        if (!verdict?.allowed)
          forbid(
            request,
            "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on",
          );
      }
    },
  };
}
