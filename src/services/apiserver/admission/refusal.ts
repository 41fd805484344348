// How plug-ins refuse, in the words that clients of Kubernetes know.
import { ApiError } from '#client';
import type { AdmissionRequest } from '../contract.ts';

/** "pods "a" is forbidden: why", as `Forbidden`. */
export function forbid(request: AdmissionRequest, why: string, causes?: readonly object[]): never {
  const { group, resource } = request.resource;
  const name = request.name || (request.object?.metadata?.name ?? '');
  const qualified = group === '' ? resource : `${resource}.${group}`;
  throw new ApiError(403, 'Forbidden', `${qualified} "${name}" is forbidden: ${why}`, {
    name,
    ...(group && { group }),
    kind: resource,
    ...(causes && { causes }),
  });
}

/** Whether the request is a main write (no subresource) of this resource. */
export function isFor(request: AdmissionRequest, group: string, resource: string): boolean {
  return request.subresource === '' && request.resource.resource === resource && request.resource.group === group;
}

/** The object of a creation of this resource; undefined for every other request. */
export function created<K>(request: AdmissionRequest, group: string, resource: string): K | undefined {
  return request.operation === 'CREATE' && isFor(request, group, resource) ? (request.object as K) : undefined;
}
