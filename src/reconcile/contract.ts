// What a controller declares. It is driven by level: an event and the periodic full pass take the same path, so a restart,
// a second replica and a lost event are one case. Source of the shape: Kubernetes controllers, COSI.
import type { CacheChange, ObjectCache } from '#client';
import type { KubeObject } from '#model/kube';

/** What a watched change means: the keys to look at again. `namespace/name`, or just a name for cluster-scoped ones. */
export interface ControllerWatch<K extends KubeObject = KubeObject> {
  readonly cache: ObjectCache<K>;
  keys(change: CacheChange<K>): Iterable<string>;
}

export interface Controller {
  /** kebab-case; the name in logs, events and metrics. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: watches of different kinds stand in one list
  readonly watches: readonly ControllerWatch<any>[];
  /** Keys that are worked on at the same time; one key never is. Default 4. */
  readonly concurrency?: number;
  /** A full pass over every key of the first watch; default 10 minutes. */
  readonly resyncMs?: number;
  /** Observe, plan, apply, write status. Throwing puts the key back with backoff; a conflict is retried at once and not logged. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most passes have nothing to say
  reconcile(key: string): Promise<{ readonly againAfterMs: number } | void>;
}
