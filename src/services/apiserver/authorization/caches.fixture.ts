// A client for tests that only has caches, which the test fills.
import type { CacheChange, Client, ObjectCache, Resource } from '#client';
import type { KubeObject } from '#model/kube';

export interface FilledCaches {
  readonly client: Client;
  /** Puts an object into the cache of its resource (plural), and tells the listeners. */
  put(resource: string, object: KubeObject): void;
  remove(resource: string, object: KubeObject): void;
}

type Listener = (change: CacheChange<KubeObject>) => void;

function filledCache(): ObjectCache<KubeObject> & { change(object: KubeObject, gone: boolean): void } {
  const objects = new Map<string, KubeObject>();
  const listeners = new Set<Listener>();
  const keyOf = (at: { namespace?: string; name?: string } | undefined): string => `${at?.namespace ?? ''}/${at?.name}`;
  return {
    synced: Promise.resolve(),
    isSynced: true,
    get: (at) => objects.get(keyOf(at)),
    list: (namespace) =>
      [...objects.values()].filter((object) => namespace === undefined || object.metadata?.namespace === namespace),
    onChange(listener) {
      listeners.add(listener);
      for (const object of objects.values()) listener({ type: 'added', object });
      return { close: () => listeners.delete(listener) };
    },
    close: () => undefined,
    change(object, gone) {
      const key = keyOf(object.metadata);
      const previous = objects.get(key);
      if (gone) objects.delete(key);
      else objects.set(key, object);
      const type = gone ? 'deleted' : previous ? 'modified' : 'added';
      for (const listener of listeners) listener({ type, object, ...(previous && { previous }) });
    },
  };
}

export function filledCaches(): FilledCaches {
  const caches = new Map<string, ReturnType<typeof filledCache>>();
  const of = (resource: string) => {
    let cache = caches.get(resource);
    if (!cache) {
      cache = filledCache();
      caches.set(resource, cache);
    }
    return cache;
  };
  return {
    client: { cache: (resource: Resource) => of(resource.resource) } as unknown as Client,
    put: (resource, object) => of(resource).change(object, false),
    remove: (resource, object) => of(resource).change(object, true),
  };
}
