// The common ways from a change to keys: the object itself, its controller, everything that watches a namespace.
import type { ObjectCache, Resource } from '#client';
import type { KubeObject } from '#model/kube';
import { type ControllerWatch, controllerOf, keyOf } from '#reconcile';

export function watchSelf<K extends KubeObject>(cache: ObjectCache<K>): ControllerWatch<K> {
  return { cache, keys: (change) => [keyOf(change.object)] };
}

/** Key of the object's controller, if that is of this kind. */
export function controllerKey(object: KubeObject | undefined, of: Resource): string | undefined {
  const reference = object && controllerOf(object);
  const apiVersion = of.group ? `${of.group}/${of.version}` : of.version;
  if (reference?.kind !== of.kind || reference.apiVersion.split('/')[0] !== apiVersion.split('/')[0]) return undefined;
  return of.namespaced ? `${object?.metadata?.namespace}/${reference.name}` : reference.name;
}

/**
 * Keys of the controllers of a changed dependent, before and after. For one that nobody controls: those of its namespace
 * that could adopt it, by `adopters`.
 */
export function watchDependents<K extends KubeObject>(
  cache: ObjectCache<K>,
  of: Resource,
  adopters?: (orphan: K) => Iterable<string>,
): ControllerWatch<K> {
  return {
    cache,
    *keys(change) {
      const after = controllerKey(change.object, of);
      const before = controllerKey(change.previous, of);
      if (after) yield after;
      if (before && before !== after) yield before;
      if (adopters && change.type !== 'deleted' && !controllerOf(change.object)) yield* adopters(change.object);
    },
  };
}

/** Keys of the objects of a namespace for which `test` holds. */
export function* keysWhere<K extends KubeObject>(
  cache: ObjectCache<K>,
  namespace: string | undefined,
  test: (object: K) => boolean,
): Iterable<string> {
  for (const object of cache.list(namespace)) if (test(object)) yield keyOf(object);
}
