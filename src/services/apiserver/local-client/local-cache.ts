// A cache that is the store itself: reading it is looking into the store, so it is never behind and takes no memory.
import type { CacheChange, ObjectCache } from '#client';
import type { KubeObject } from '#model/kube';
import type { StoreEvent } from '#store';
import type { ObjectIndex } from '../objects/object-index.ts';
import { keyOf, listPrefixOf, type ServedResource } from '../objects/served-resource.ts';
import type { Core, ObjectEntry } from '../verbs/call.ts';
import { selectionOf } from '../verbs/selection.ts';
import { transition } from '../verbs/watch.ts';

export interface CacheScope {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

type Listener = (change: CacheChange<KubeObject>) => void;
type Matches = ((index: ObjectIndex) => boolean) | undefined;

/** What of the store the cache shows, and how. */
interface View {
  readonly core: Core;
  readonly prefix: string;
  readonly matches: Matches;
  show(entry: ObjectEntry): KubeObject;
}

/** `show` gives the object of an entry in the version that is asked for. */
export function localCache(
  core: Core,
  resource: ServedResource,
  scope: CacheScope,
  show: (entry: ObjectEntry) => KubeObject,
): ObjectCache<KubeObject> {
  const { matches } = selectionOf(resource, scope);
  const prefix = listPrefixOf(resource, scope.namespace ?? '');
  const open = new Set<{ close(): void }>();
  const selected = (entry: ObjectEntry | undefined): entry is ObjectEntry =>
    entry !== undefined && (!matches || matches(entry.index));
  return {
    synced: Promise.resolve(),
    isSynced: true,
    get: ({ namespace = '', name }) => {
      if (scope.namespace && namespace !== scope.namespace) return undefined;
      const entry = core.store.get(keyOf(resource, namespace, name));
      return selected(entry) ? show(entry) : undefined;
    },
    list: (namespace) => {
      const narrowed = namespace === undefined ? prefix : listPrefixOf(resource, namespace);
      if (!narrowed.startsWith(prefix)) return [];
      return entriesUnder(core, narrowed, matches).map(show);
    },
    onChange: (listener) => {
      const following = follow({ core, prefix, matches, show }, listener);
      const handle = {
        close: () => {
          open.delete(handle);
          following.close();
        },
      };
      open.add(handle);
      return handle;
    },
    close: () => {
      for (const handle of [...open]) handle.close();
    },
  };
}

function entriesUnder(core: Core, prefix: string, matches: Matches): ObjectEntry[] {
  const listed = core.store.list({ prefix });
  if (listed.kind !== 'listed') return [];
  return matches ? listed.entries.filter((entry) => matches(entry.index)) : [...listed.entries];
}

/** Follows the store. When the store lost its history the listener is told of the difference, as if nothing had happened. */
function follow(view: View, listener: Listener): { close(): void } {
  const { core, prefix, matches, show } = view;
  let closed = false;
  let watching: { close(): void } | undefined;
  let known = new Map(entriesUnder(core, prefix, matches).map((entry) => [entry.key, entry]));
  const tell = (type: CacheChange<KubeObject>['type'], entry: ObjectEntry, previous: ObjectEntry | undefined): void => {
    if (type === 'deleted') known.delete(entry.key);
    else known.set(entry.key, entry);
    try {
      listener({ type, object: show(entry), ...(previous ? { previous: show(previous) } : {}) });
    } catch (error) {
      core.log.error('a listener of a cache threw', { prefix, error });
    }
  };
  const event = (happened: StoreEvent<ObjectIndex>): void => {
    if (closed) return;
    const shown = transition(happened, matches);
    if (!shown) return;
    const type = shown.type === 'ADDED' ? 'added' : shown.type === 'MODIFIED' ? 'modified' : 'deleted';
    tell(type, shown.entry, known.get(shown.entry.key));
  };
  const catchUp = (): void => {
    const before = known;
    known = new Map();
    for (const entry of entriesUnder(core, prefix, matches)) {
      const previous = before.get(entry.key);
      before.delete(entry.key);
      if (previous?.revision === entry.revision) known.set(entry.key, entry);
      else tell(previous ? 'modified' : 'added', entry, previous);
    }
    for (const entry of before.values()) tell('deleted', entry, entry);
  };
  const start = (): void => {
    const result = core.store.watch({ prefix, after: core.store.revision }, { event, lost });
    if (result.kind === 'watching') watching = result;
  };
  const lost = (): void => {
    if (closed || core.store.state === 'closed') return;
    // Not inside the store's own call: it may be in the middle of reloading.
    queueMicrotask(() => {
      if (closed || core.store.state === 'closed') return;
      catchUp();
      start();
    });
  };
  start();
  return {
    close: () => {
      closed = true;
      watching?.close();
    },
  };
}
