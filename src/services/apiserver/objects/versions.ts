// Between the version that a client speaks and the version that is stored.
import { apiVersionOf, applyDefaults, convert, type KubeObject } from '#model/kube';
import type { ServedResource } from './served-resource.ts';

/** Fills in what the client left out; custom resources have their defaults in their schemas. */
export function defaulted(resource: ServedResource, object: KubeObject): void {
  if (!resource.custom) applyDefaults(resource.facts, object);
}

/** The object in the version that is stored. */
export function toStorage(resource: ServedResource, object: KubeObject): KubeObject {
  return resource.facts === resource.storage
    ? object
    : convert(object, resource.apiVersion, apiVersionOf(resource.storage));
}

/** The object in the version that is served. */
export function fromStorage(resource: ServedResource, object: KubeObject): KubeObject {
  return resource.facts === resource.storage
    ? object
    : convert(object, apiVersionOf(resource.storage), resource.apiVersion);
}
