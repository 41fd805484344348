// One way to speak to the Kubernetes API for everything of ours: the same interface in process and over HTTP.
// Objects handed out are shared and frozen by convention: whoever changes one copies it first (structuredClone).
import type { KubeObject, PatchType, ResourceFacts } from '#model/kube';

/** A resource, and the TypeScript type of its objects. Made with `resourceOf<Pod>('', 'v1', 'pods')`. */
export interface Resource<K extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly facts: ResourceFacts;
  /** Never set; carries the type. */
  readonly object?: K;
}

export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface WriteOptions {
  readonly subresource?: string;
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

/** What changes, in one of the four languages. */
export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
}

export interface PatchOptions extends WriteOptions {
  /** Server-side apply only: take fields over from other managers. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface ObjectList<K> {
  readonly items: readonly K[];
  readonly resourceVersion: string;
  readonly continue?: string;
  /** Objects after these, when the list was limited; over HTTP alone. */
  readonly remainingItemCount?: number;
}

export interface WatchEvent<K> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: K;
}

export interface WatchOptions extends ListOptions {
  onEvent(event: WatchEvent<unknown>): void;
  /** The stream ended; `error` set when by an error (410 Gone: list again). Called once. */
  onEnd(error?: ApiError): void;
}

export interface WatchHandle {
  close(): void;
}

/** An answer of the API that is not success: a `Status` object. Source: Kubernetes API, meta/v1 Status. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** HTTP status: 404, 409, ... */
  readonly code: number;
  /** "NotFound", "AlreadyExists", "Conflict", "Invalid", "Forbidden", "Expired", ... */
  readonly reason: string;
  readonly details: unknown;

  constructor(code: number, reason: string, message: string, details?: unknown) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** Errors of every call: {@link ApiError}; over HTTP also WorldError `Unavailable` when the server cannot be reached. */
export interface Client {
  get<K extends KubeObject>(of: Resource<K>, at: ObjectName, options?: { subresource?: string }): Promise<K>;
  list<K extends KubeObject>(of: Resource<K>, options?: ListOptions): Promise<ObjectList<K>>;
  create<K extends KubeObject>(of: Resource<K>, object: K, options?: WriteOptions & { name?: string }): Promise<K>;
  update<K extends KubeObject>(of: Resource<K>, object: K, options?: WriteOptions): Promise<K>;
  patch<K extends KubeObject>(of: Resource<K>, at: ObjectName, patch: Patch, options?: PatchOptions): Promise<K>;
  delete<K extends KubeObject>(of: Resource<K>, at: ObjectName, options?: DeleteOptions): Promise<void>;
  /** Create on a subresource whose body has another kind (bindings, eviction, token). */
  createSub<T>(of: Resource, at: ObjectName, subresource: string, body: T): Promise<T>;
  watch(of: Resource, options: WatchOptions): WatchHandle;
  /** A cache of a whole resource (or the part a selector names), kept current until closed. */
  cache<K extends KubeObject>(
    of: Resource<K>,
    options?: { namespace?: string; labelSelector?: string; fieldSelector?: string },
  ): ObjectCache<K>;
  /** Every resource the server has now, custom ones included (discovery). */
  resources(): Promise<readonly ResourceFacts[]>;
}

/**
 * A read-only, always current copy of part of the API. In process it reads the store's own entries, so it costs nothing and
 * is never behind; over HTTP it is a list and a watch that re-lists by itself. Caches of one client for the same resource and selection are shared.
 */
export interface ObjectCache<K extends KubeObject> {
  /** Resolves when the first list is in. */
  readonly synced: Promise<void>;
  readonly isSynced: boolean;
  get(at: ObjectName): K | undefined;
  list(namespace?: string): readonly K[];
  /** Told of every change after it is in the cache (and of everything present, as `added`, when the cache syncs). */
  onChange(listener: (change: CacheChange<K>) => void): { close(): void };
  close(): void;
}

export interface CacheChange<K> {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: K;
  readonly previous?: K;
}
