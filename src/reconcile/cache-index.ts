// A second way into a cache: objects by any key derived from them, kept current by the cache's own changes, so that a
// controller never scans all objects for the few that concern it.
import type { ObjectCache } from '#client';
import type { KubeObject } from '#model/kube';
import { keyOf } from './object-key.ts';

export interface CacheIndex<K extends KubeObject> {
  /** Objects under a key; do not keep the array. */
  get(key: string): readonly K[];
  count(key: string): number;
  keys(): Iterable<string>;
  close(): void;
}

/** `keysOf` must depend on nothing but the object. */
export function indexCache<K extends KubeObject>(
  cache: ObjectCache<K>,
  keysOf: (object: K) => Iterable<string>,
): CacheIndex<K> {
  const buckets = new Map<string, Map<string, K>>();
  const placed = new Map<string, readonly string[]>();
  const remove = (id: string): void => {
    for (const key of placed.get(id) ?? []) {
      const bucket = buckets.get(key);
      bucket?.delete(id);
      if (bucket?.size === 0) buckets.delete(key);
    }
    placed.delete(id);
  };
  const put = (object: K): void => {
    const id = keyOf(object);
    remove(id);
    const keys = [...keysOf(object)];
    for (const key of keys) {
      let bucket = buckets.get(key);
      if (!bucket) {
        bucket = new Map();
        buckets.set(key, bucket);
      }
      bucket.set(id, object);
    }
    placed.set(id, keys);
  };
  if (cache.isSynced) for (const object of cache.list()) put(object);
  const handle = cache.onChange((change) => {
    if (change.type === 'deleted') remove(keyOf(change.object));
    else put(change.object);
  });
  return {
    get: (key) => [...(buckets.get(key)?.values() ?? [])],
    count: (key) => buckets.get(key)?.size ?? 0,
    keys: () => buckets.keys(),
    close: () => handle.close(),
  };
}

const orphansOf = (namespace: string): string => `orphans of ${namespace}`;

/** Index of dependents by the uid of their controller, with those that have none under their namespace. */
export function indexByController<K extends KubeObject>(
  cache: ObjectCache<K>,
): { dependents(owner: KubeObject): readonly K[]; candidates(owner: KubeObject): readonly K[]; close(): void } {
  const index = indexCache(cache, (object) => [
    object.metadata?.ownerReferences?.find((reference) => reference.controller)?.uid ??
      orphansOf(object.metadata?.namespace ?? ''),
  ]);
  const dependents = (owner: KubeObject): readonly K[] => index.get(owner.metadata?.uid ?? '');
  return {
    dependents,
    candidates: (owner) => [...dependents(owner), ...index.get(orphansOf(owner.metadata?.namespace ?? ''))],
    close: () => index.close(),
  };
}
