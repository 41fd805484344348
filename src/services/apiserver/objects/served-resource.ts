// A resource as it is served: one version of it, and the version in which it is stored.
import type { ResourceFacts } from '#model/kube';

export interface ServedResource {
  /** The version that the client speaks. */
  readonly facts: ResourceFacts;
  /** The version whose JSON the store holds; the same object as `facts` when they agree. */
  readonly storage: ResourceFacts;
  /** "/core/pods/": every key of the resource starts with it. */
  readonly prefix: string;
  /** Resources of a CustomResourceDefinition, whose items keep apiVersion and kind in lists. */
  readonly custom: boolean;
  readonly apiVersion: string;
  /** False for resources that are only answered, never stored (reviews, bindings). */
  readonly stored: boolean;
}

/** The store's key of an object. */
export function keyOf(of: ServedResource, namespace: string, name: string): string {
  return `${of.prefix}${of.facts.namespaced ? namespace : ''}/${name}`;
}

/** The store's prefix of a list; a namespace narrows it. */
export function listPrefixOf(of: ServedResource, namespace: string): string {
  return of.facts.namespaced && namespace ? `${of.prefix}${namespace}/` : of.prefix;
}

/** What a key names; undefined for keys that are none of ours. */
export function parseKey(
  key: string,
): { group: string; resource: string; namespace: string; name: string } | undefined {
  const [empty, group, resource, namespace, name] = key.split('/');
  if (empty !== '' || !group || !resource || namespace === undefined || !name) return undefined;
  return { group: group === 'core' ? '' : group, resource, namespace, name };
}
