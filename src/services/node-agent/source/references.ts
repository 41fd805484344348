// The objects that pods refer to: config maps, secrets, claims, volumes. They are read fresh when a pod starts, watched while
// a pod uses them, and taken from the pod's checkpoint when the API cannot be reached.
import { WorldError } from '#base';
import { ApiError, type Client, type ObjectCache } from '#client';
import type { KubeObject } from '#model/kube';
import type { Clock } from '#platform/clock';
import { REFERENCED } from '../context.ts';
import { KEPT_AFTER_MS } from '../limits.ts';

export type ReferenceKind = keyof typeof REFERENCED;

/** What a pod's checkpoint keeps: objects by "kind/namespace/name". */
export type KeptObjects = Map<string, KubeObject>;

export interface References {
  /** The object as it is now, undefined when it does not exist. Kept in `kept`, and taken from there when the API is away.
   * Errors: ApiError, WorldError `Unavailable` when the API is away and the object was never read. */
  read<K extends KubeObject>(kind: ReferenceKind, at: Place, kept: KeptObjects): Promise<K | undefined>;
  /** Calls `onChange` when one of the objects changes; replaces what this pod watched before. */
  watch(podUid: string, keys: ReadonlySet<string>, onChange: () => void): void;
  close(): void;
}

export interface Place {
  readonly namespace?: string;
  readonly name: string;
}

export function referenceKey(kind: ReferenceKind, at: Place): string {
  return `${kind}/${at.namespace ?? ''}/${at.name}`;
}

/** What a key of kept objects names. */
export function referenceOf(key: string): { readonly kind: ReferenceKind; readonly at: Place } {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return { kind: kind as ReferenceKind, at: { name, ...(namespace ? { namespace } : {}) } };
}

interface Watched {
  readonly cache: ObjectCache<KubeObject>;
  readonly listeners: Map<string, () => void>;
}

/** Whether a call failed because nobody answered, rather than because of what was asked. */
export function isUnreachable(thrown: unknown): boolean {
  if (thrown instanceof ApiError) return thrown.code >= 500 || thrown.code === 429;
  return thrown instanceof WorldError && thrown.code === 'Unavailable';
}

/** The answer, or what is kept when the API has not answered in time. */
export async function orKept<T>(clock: Clock, answer: Promise<T>, kept: T | undefined): Promise<T> {
  if (kept === undefined) return answer;
  const late = Promise.withResolvers<T>();
  const timer = clock.after(KEPT_AFTER_MS, () => late.resolve(kept), { background: true });
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    timer.cancel();
    answer.catch(() => undefined);
  }
}

export function openReferences(client: Client, clock: Clock): References {
  const watched = new Map<string, Watched>();
  const open = (key: string): Watched => {
    const { kind, at } = referenceOf(key);
    const { name, ...place } = at;
    const cache = client.cache<KubeObject>(REFERENCED[kind], { ...place, fieldSelector: `metadata.name=${name}` });
    const entry: Watched = { cache, listeners: new Map() };
    cache.onChange(() => {
      for (const listener of entry.listeners.values()) listener();
    });
    watched.set(key, entry);
    return entry;
  };
  const forget = (podUid: string, wanted: ReadonlySet<string>): void => {
    for (const [key, entry] of watched) {
      if (wanted.has(key) || !entry.listeners.delete(podUid) || entry.listeners.size > 0) continue;
      entry.cache.close();
      watched.delete(key);
    }
  };
  return {
    read: async <K extends KubeObject>(kind: ReferenceKind, at: Place, kept: KeptObjects) => {
      const key = referenceKey(kind, at);
      try {
        const object = await orKept(clock, client.get<KubeObject>(REFERENCED[kind], at), kept.get(key));
        kept.set(key, object);
        return object as K;
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) {
          kept.delete(key);
          return undefined;
        }
        const old = isUnreachable(error) ? kept.get(key) : undefined;
        if (old) return old as K;
        throw error;
      }
    },
    watch: (podUid, keys, onChange) => {
      forget(podUid, keys);
      for (const key of keys) (watched.get(key) ?? open(key)).listeners.set(podUid, onChange);
    },
    close: () => {
      for (const entry of watched.values()) entry.cache.close();
      watched.clear();
    },
  };
}
