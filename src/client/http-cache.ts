// A copy of a collection over HTTP: one list, then a watch from there. When the watch ends it goes on from the last
// revision seen; when that is gone, or anything else is wrong, everything is listed again and the difference is told.
//
//   listing -> watching -> watching (stream ended)        watching -> waiting (error) -> watching
//   watching -> listing (410 Gone)                        listing -> waiting (error) -> listing
import { backoffDelayMs } from '#base';
import type { KubeObject } from '#model/kube';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import type {
  ApiError,
  CacheChange,
  ObjectCache,
  ObjectList,
  ObjectName,
  WatchEvent,
  WatchHandle,
} from './contract.ts';
import { LIST_PAGE, RELIST_BACKOFF } from './limits.ts';

/** The two calls that a cache is made of, for its resource and selection. */
export interface CacheSource {
  readonly what: string;
  list(options: { limit: number; continue?: string }): Promise<ObjectList<KubeObject>>;
  watch(options: {
    resourceVersion: string;
    onEvent(event: WatchEvent<KubeObject>): void;
    onEnd(error?: ApiError): void;
  }): WatchHandle;
}

type Listener = (change: CacheChange<KubeObject>) => void;

function keyOf(object: KubeObject): string {
  return `${object.metadata?.namespace ?? ''}/${object.metadata?.name ?? ''}`;
}

export class HttpCache implements ObjectCache<KubeObject> {
  readonly synced: Promise<void>;
  readonly #source: CacheSource;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Set<Listener>();
  #markSynced: () => void = () => undefined;
  #isSynced = false;
  #closed = false;
  #revision: string | undefined;
  #failures = 0;
  #watching: WatchHandle | undefined;
  #waiting: Timer | undefined;

  constructor(source: CacheSource, parts: { readonly clock: Clock; readonly log: Log }) {
    this.#source = source;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
    this.#go();
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  get({ namespace = '', name }: ObjectName): KubeObject | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  list(namespace?: string): readonly KubeObject[] {
    const all = [...this.#objects.values()];
    return namespace ? all.filter((object) => object.metadata?.namespace === namespace) : all;
  }

  onChange(listener: Listener): { close(): void } {
    // Each call is one listener, also when the same function comes twice.
    const own: Listener = (change) => listener(change);
    this.#listeners.add(own);
    return { close: () => void this.#listeners.delete(own) };
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.cancel();
    this.#watching?.close();
    this.#listeners.clear();
  }

  #go(): void {
    if (this.#closed) return;
    if (this.#revision === undefined) this.#list().catch((error) => this.#again(error));
    else this.#watch(this.#revision);
  }

  #again(error: unknown): void {
    if (this.#closed) return;
    const delayMs = backoffDelayMs(RELIST_BACKOFF, this.#failures++, Math.random());
    this.#log.warn('a cache lost its server and tries again', { what: this.#source.what, delayMs, error });
    this.#waiting = this.#clock.after(delayMs, () => this.#go());
  }

  async #list(): Promise<void> {
    const found = new Map<string, KubeObject>();
    let page: ObjectList<KubeObject> | undefined;
    do {
      const more = page?.continue ? { continue: page.continue } : {};
      page = await this.#source.list({ limit: LIST_PAGE, ...more });
      for (const object of page.items) found.set(keyOf(object), object);
    } while (page.continue && !this.#closed);
    if (this.#closed) return;
    this.#revision = page.resourceVersion;
    this.#failures = 0;
    this.#become(found);
    if (!this.#isSynced) {
      this.#isSynced = true;
      this.#markSynced();
    }
    this.#go();
  }

  /** Takes the listed state over and tells of what differs. */
  #become(found: ReadonlyMap<string, KubeObject>): void {
    const before = new Map(this.#objects);
    for (const key of before.keys()) if (!found.has(key)) this.#objects.delete(key);
    for (const [key, object] of found) this.#objects.set(key, object);
    for (const [key, previous] of before)
      if (!found.has(key)) this.#tell({ type: 'deleted', object: previous, previous });
    for (const [key, object] of found) {
      const previous = before.get(key);
      if (!previous) this.#tell({ type: 'added', object });
      else if (previous.metadata?.resourceVersion !== object.metadata?.resourceVersion)
        this.#tell({ type: 'modified', object, previous });
    }
  }

  #watch(resourceVersion: string): void {
    this.#watching = this.#source.watch({
      resourceVersion,
      onEvent: (event) => this.#event(event),
      onEnd: (error) => {
        this.#watching = undefined;
        if (error?.code === 410) this.#revision = undefined;
        if (error && error.code !== 410) this.#again(error);
        else if (!this.#closed) this.#waiting = this.#clock.after(0, () => this.#go());
      },
    });
  }

  #event({ type, object }: WatchEvent<KubeObject>): void {
    this.#failures = 0;
    this.#revision = object.metadata?.resourceVersion ?? this.#revision;
    if (type === 'BOOKMARK') return;
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (type === 'DELETED') {
      if (!previous) return;
      this.#objects.delete(key);
      this.#tell({ type: 'deleted', object, previous });
    } else {
      this.#objects.set(key, object);
      this.#tell(previous ? { type: 'modified', object, previous } : { type: 'added', object });
    }
  }

  #tell(change: CacheChange<KubeObject>): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        this.#log.error('a listener of a cache threw', { what: this.#source.what, error });
      }
    }
  }
}
