// Who depends on whom, from the caches of all resources. Only dependents are kept: an owner is looked up where it stands.
// New resources (custom ones) join when discovery names them.
import { messageOf } from '#base';
import type { CacheChange, Client, ObjectCache, Resource } from '#client';
import type { KubeObject, OwnerReference } from '#model/kube';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { keyOf, nameOfKey } from '#reconcile';
import { allResources } from '../all-resources.ts';
import { discoveryRefreshMs } from '../limits.ts';

/** An object of any resource; `id` is its key in queues. */
export interface GraphObject {
  readonly id: string;
  readonly of: Resource;
  readonly object: KubeObject;
}

export type OwnerLookup =
  | { readonly kind: 'found'; readonly owner: GraphObject }
  | { readonly kind: 'absent'; readonly of: Resource }
  /** No such resource, as far as discovery tells now. */
  | { readonly kind: 'unknown' };

export interface ObjectGraph {
  start(): Promise<void>;
  get(id: string): GraphObject | undefined;
  /** Dependents of the owner with this uid. */
  dependents(uid: string): readonly GraphObject[];
  owner(dependent: KubeObject, reference: OwnerReference): OwnerLookup;
  onChange(listener: (of: Resource, change: CacheChange<KubeObject>) => void): void;
  stop(): void;
}

interface Followed {
  readonly of: Resource;
  readonly cache: ObjectCache<KubeObject>;
  readonly handle: { close(): void };
}

const resourceId = (of: Resource): string => `${of.group}/${of.resource}`;
export const graphId = (of: Resource, object: KubeObject): string => `${resourceId(of)}|${keyOf(object)}`;

/** Events of the cluster about itself are owned by nobody and change all the time. */
function isFollowed(of: Resource): boolean {
  const verbs = of.facts.verbs;
  return of.resource !== 'events' && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb));
}

interface FollowedResources {
  get(id: string): Followed | undefined;
  ofKind(group: string, kind: string): Resource | undefined;
  /** Follows what discovery names now, and nothing else; resolves when every cache is filled. */
  refresh(): Promise<void>;
  close(): void;
}

/** A cache of every resource, by its id; `changed` hears of everything in them. */
function followResources(
  client: Client,
  changed: (of: Resource, change: CacheChange<KubeObject>) => void,
): FollowedResources {
  const followed = new Map<string, Followed>();
  const byKind = new Map<string, Resource>();
  const follow = (of: Resource): Followed => {
    const cache = client.cache(of);
    const synced = cache.isSynced;
    const handle = cache.onChange((change) => changed(of, change));
    if (synced) for (const object of cache.list()) changed(of, { type: 'added', object });
    return { of, cache, handle };
  };
  const leave = ({ cache, handle }: Followed): void => {
    handle.close();
    cache.close();
  };
  return {
    get: (id) => followed.get(id),
    ofKind: (group, kind) => byKind.get(`${group}/${kind}`),
    async refresh() {
      const now = new Map((await allResources(client)).map((of) => [resourceId(of), of]));
      for (const [id, gone] of followed) {
        if (now.has(id)) continue;
        leave(gone);
        followed.delete(id);
      }
      byKind.clear();
      for (const [id, of] of now) {
        byKind.set(`${of.group}/${of.kind}`, of);
        if (!followed.has(id) && isFollowed(of)) followed.set(id, follow(of));
      }
      await Promise.all([...followed.values()].map(({ cache }) => cache.synced));
    },
    close: () => {
      for (const one of followed.values()) leave(one);
    },
  };
}

export function objectGraph(options: { client: Client; clock: Clock; log: Log }): ObjectGraph {
  const { client, clock, log } = options;
  const dependents = new Map<string, Set<string>>();
  const listeners: ((of: Resource, change: CacheChange<KubeObject>) => void)[] = [];
  let timer: Timer | undefined;
  let stopped = false;

  const link = (id: string, object: KubeObject | undefined, owned: boolean): void => {
    for (const { uid } of object?.metadata?.ownerReferences ?? []) {
      const ids = dependents.get(uid) ?? new Set<string>();
      if (owned) dependents.set(uid, ids.add(id));
      else if (ids.delete(id) && ids.size === 0) dependents.delete(uid);
    }
  };
  const changed = (of: Resource, change: CacheChange<KubeObject>): void => {
    const id = graphId(of, change.object);
    link(id, change.previous, false);
    if (change.type === 'deleted') link(id, change.object, false);
    else link(id, change.object, true);
    for (const listener of listeners) listener(of, change);
  };
  const followed = followResources(client, changed);
  const keepFresh = (): void => {
    if (stopped) return;
    const again = (): void => {
      followed
        .refresh()
        .catch((thrown: unknown) => log.warn('discovery failed', { error: messageOf(thrown) }))
        .finally(keepFresh);
    };
    timer = clock.after(discoveryRefreshMs, again, { background: true });
  };
  const get = (id: string): GraphObject | undefined => {
    const bar = id.indexOf('|');
    const place = followed.get(id.slice(0, bar));
    const object = place?.cache.get(nameOfKey(id.slice(bar + 1)));
    return place && object ? { id, of: place.of, object } : undefined;
  };
  return {
    async start() {
      await followed.refresh();
      keepFresh();
    },
    get,
    dependents: (uid) => [...(dependents.get(uid) ?? [])].map(get).filter((found) => found !== undefined),
    owner(dependent, reference) {
      const slash = reference.apiVersion.indexOf('/');
      const group = slash < 0 ? '' : reference.apiVersion.slice(0, slash);
      const of = followed.ofKind(group, reference.kind);
      const namespace = dependent.metadata?.namespace;
      // A cluster-scoped object cannot be owned by a namespaced one: such a reference resolves to nothing.
      if (!of || !followed.get(resourceId(of)) || (of.namespaced && !namespace)) return { kind: 'unknown' };
      const name = { name: reference.name, ...(of.namespaced ? { namespace } : {}) };
      const owner = get(graphId(of, { metadata: name }));
      return owner?.object.metadata?.uid === reference.uid ? { kind: 'found', owner } : { kind: 'absent', of };
    },
    onChange: (listener) => void listeners.push(listener),
    stop() {
      stopped = true;
      timer?.cancel();
      followed.close();
    },
  };
}
