// Lets caches of one client for the same resource and selection be one: the last who closes it ends it.
import type { KubeObject } from '#model/kube';
import type { CacheChange, ObjectCache } from './contract.ts';

export interface SharedCaches {
  get(key: string, make: () => ObjectCache<KubeObject>): ObjectCache<KubeObject>;
  close(): void;
}

export function sharedCaches(): SharedCaches {
  const caches = new Map<string, { cache: ObjectCache<KubeObject>; users: number }>();
  return {
    get(key, make) {
      const shared = caches.get(key) ?? { cache: make(), users: 0 };
      caches.set(key, shared);
      shared.users++;
      return viewOf(shared.cache, () => {
        shared.users--;
        if (shared.users > 0) return;
        caches.delete(key);
        shared.cache.close();
      });
    },
    close() {
      for (const { cache } of caches.values()) cache.close();
      caches.clear();
    },
  };
}

/** One user's view: closing it takes away this user's listeners alone. */
function viewOf(cache: ObjectCache<KubeObject>, closed: () => void): ObjectCache<KubeObject> {
  const handles = new Set<{ close(): void }>();
  let open = true;
  return {
    synced: cache.synced,
    get isSynced() {
      return cache.isSynced;
    },
    get: (at) => cache.get(at),
    list: (namespace) => cache.list(namespace),
    onChange: (listener: (change: CacheChange<KubeObject>) => void) => {
      const handle = cache.onChange(listener);
      handles.add(handle);
      return {
        close: () => {
          handles.delete(handle);
          handle.close();
        },
      };
    },
    close: () => {
      if (!open) return;
      open = false;
      for (const handle of handles) handle.close();
      closed();
    },
  };
}
