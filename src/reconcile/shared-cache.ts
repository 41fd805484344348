// One subscription to a cache for many listeners, told in the order in which they came: an index registered first is up to
// date when a controller hears of the same change.
import type { CacheChange, ObjectCache } from '#client';
import type { KubeObject } from '#model/kube';

export function sharedCache<K extends KubeObject>(cache: ObjectCache<K>): ObjectCache<K> {
  const listeners = new Set<(change: CacheChange<K>) => void>();
  const handle = cache.onChange((change) => {
    for (const listener of [...listeners]) listener(change);
  });
  return {
    synced: cache.synced,
    get isSynced() {
      return cache.isSynced;
    },
    get: (at) => cache.get(at),
    list: (namespace) => cache.list(namespace),
    onChange(listener) {
      listeners.add(listener);
      return { close: () => void listeners.delete(listener) };
    },
    close() {
      listeners.clear();
      handle.close();
      cache.close();
    },
  };
}
