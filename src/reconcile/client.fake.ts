// A client without a server, for tests of controllers: objects in a map, with uids, revisions, conflicts, generations,
// finalizers, graceful deletion of pods, watches and caches that are never behind. No validation, defaulting or admission;
// what it does not know it refuses by name.
import { sameJson } from '#base';
import {
  ApiError,
  type CacheChange,
  type Client,
  type DeleteOptions,
  type ObjectCache,
  type ObjectName,
  type Resource,
  type WatchEvent,
  type WriteOptions,
} from '#client';
import { type KubeObject, type ResourceFacts, resourceFacts } from '#model/kube';
import { type Clock, rfc3339 } from '#platform/clock';
import { parseSelectors } from './client-selectors.fake.ts';
import { mergePatch } from './merge-patch.fake.ts';

interface Stored extends KubeObject {
  spec?: { nodeName?: string; finalizers?: string[] };
  status?: { phase?: string; conditions?: unknown[] };
}

type Listener = (change: CacheChange<KubeObject>) => void;

export interface FakeClient extends Client {
  /** Every call that was answered with success, as "create pods ns/name"; reads are left out. */
  readonly writes: string[];
  /** Called before each write; what it throws is the answer. */
  refuse?: (verb: string, resource: string, object: KubeObject) => void;
}

const tableKey = (of: { group: string; resource: string }): string => `${of.group}/${of.resource}`;
const objectKey = (at: ObjectName): string => `${at.namespace ?? ''}/${at.name}`;
const notFound = (of: Resource, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${of.resource} "${name}" not found`);

export function fakeClient(options: { clock: Clock; customResources?: readonly ResourceFacts[] }): FakeClient {
  const tables = new Map<string, Map<string, Stored>>();
  const listeners = new Map<string, Set<Listener>>();
  const writes: string[] = [];
  let revision = 100;
  let serial = 0;
  const table = (of: Resource): Map<string, Stored> => {
    const known = tables.get(tableKey(of)) ?? new Map<string, Stored>();
    tables.set(tableKey(of), known);
    return known;
  };
  const tell = (of: Resource, change: CacheChange<KubeObject>): void => {
    for (const listener of listeners.get(tableKey(of)) ?? []) listener(change);
  };
  const listen = (of: Resource, listener: Listener): { close(): void } => {
    const set = listeners.get(tableKey(of)) ?? new Set<Listener>();
    listeners.set(tableKey(of), set.add(listener));
    return { close: () => void set.delete(listener) };
  };
  const note = (verb: string, of: Resource, object: KubeObject, sub?: string): void => {
    client.refuse?.(verb, sub ? `${of.resource}/${sub}` : of.resource, object);
    const { namespace, name } = object.metadata ?? {};
    writes.push(`${verb} ${of.resource}${sub ? `/${sub}` : ''} ${namespace ? `${namespace}/` : ''}${name}`);
  };
  const at = (of: Resource, object: KubeObject): string =>
    objectKey({ namespace: of.namespaced ? object.metadata?.namespace : undefined, name: object.metadata?.name ?? '' });
  const find = (of: Resource, name: ObjectName): Stored => {
    const found = table(of).get(objectKey(of.namespaced ? name : { name: name.name }));
    if (!found) throw notFound(of, name.name);
    return found;
  };
  const put = (of: Resource, next: Stored): Stored => {
    const previous = table(of).get(at(of, next));
    const meta = { ...next.metadata, resourceVersion: String(++revision) };
    const object: Stored = { ...next, metadata: meta };
    table(of).set(at(of, object), object);
    tell(
      of,
      previous ? { type: 'modified', object: freeze(object), previous } : { type: 'added', object: freeze(object) },
    );
    return object;
  };
  const remove = (of: Resource, object: Stored): void => {
    table(of).delete(at(of, object));
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } };
    tell(of, { type: 'deleted', object: freeze(last), previous: object });
  };
  const settleDeletion = (of: Resource, object: Stored): Stored => {
    const held = (object.metadata?.finalizers ?? []).length > 0 || (object.spec?.finalizers ?? []).length > 0;
    const graceful = of.resource === 'pods' && (object.metadata?.deletionGracePeriodSeconds ?? 0) > 0;
    if (object.metadata?.deletionTimestamp && !held && !graceful) remove(of, object);
    return object;
  };
  const write = (of: Resource, current: Stored, wanted: Stored, sub?: string): Stored => {
    const expected = wanted.metadata?.resourceVersion;
    const uid = wanted.metadata?.uid;
    if ((expected && expected !== current.metadata?.resourceVersion) || (uid && uid !== current.metadata?.uid)) {
      throw new ApiError(409, 'Conflict', `${of.resource} "${current.metadata?.name}": the object has been modified`);
    }
    const next = part(current, wanted, sub);
    const unchanged = sameJson({ ...next, metadata: { ...next.metadata, resourceVersion: '' } }, {
      ...current,
      metadata: { ...current.metadata, resourceVersion: '' },
    } as Stored);
    if (unchanged) return current;
    if (sub === undefined && !sameJson(next.spec, current.spec)) {
      next.metadata = { ...next.metadata, generation: (current.metadata?.generation ?? 1) + 1 };
    }
    return settleDeletion(of, put(of, next));
  };

  const client: FakeClient = {
    writes,
    async get(of, name) {
      return find(of, name) as never;
    },
    async list(of, query = {}) {
      const matches = parseSelectors(query);
      const items = [...table(of).values()].filter(matches);
      return { items: items as never[], resourceVersion: String(revision) };
    },
    async create(of, object, write: WriteOptions = {}) {
      const copy = structuredClone(object) as Stored;
      const meta = { ...copy.metadata };
      if (!meta.name && meta.generateName)
        meta.name = `${meta.generateName}${(++serial).toString(36).padStart(5, '0')}`;
      meta.uid = `uid-${++serial}`;
      meta.creationTimestamp = rfc3339(options.clock.now());
      meta.generation = 1;
      copy.metadata = meta;
      copy.apiVersion = of.group ? `${of.group}/${of.version}` : of.version;
      copy.kind = of.kind;
      if (of.resource === 'pods') copy.status = { phase: 'Pending', ...copy.status };
      if (of.resource === 'namespaces') {
        copy.spec = { finalizers: ['kubernetes'] };
        copy.status = { phase: 'Active' };
      }
      note('create', of, copy, write.subresource);
      if (table(of).has(at(of, copy))) {
        throw new ApiError(409, 'AlreadyExists', `${of.resource} "${meta.name}" already exists`);
      }
      return put(of, copy) as never;
    },
    async update(of, object, write_ = {}) {
      const current = find(of, { namespace: object.metadata?.namespace, name: object.metadata?.name ?? '' });
      note('update', of, object, write_.subresource);
      return write(of, current, structuredClone(object) as Stored, write_.subresource) as never;
    },
    async patch(of, name, { type, body }, options = {}) {
      if (type !== 'merge' && type !== 'strategic') throw new ApiError(415, 'UnsupportedMediaType', `no ${type} patch`);
      const current = find(of, name);
      note('patch', of, current, options.subresource);
      const merged = mergePatch(structuredClone(current), body, type === 'strategic') as Stored;
      const expected = (body as KubeObject).metadata?.resourceVersion ?? current.metadata?.resourceVersion;
      merged.metadata = { ...merged.metadata, resourceVersion: expected };
      return write(of, current, merged, options.subresource) as never;
    },
    async delete(of, name, wanted: DeleteOptions = {}) {
      const current = find(of, name);
      const { uid, resourceVersion } = wanted.preconditions ?? {};
      if (
        (uid && uid !== current.metadata?.uid) ||
        (resourceVersion && resourceVersion !== current.metadata?.resourceVersion)
      ) {
        throw new ApiError(409, 'Conflict', `${of.resource} "${name.name}": precondition failed`);
      }
      note('delete', of, current);
      settleDeletion(of, put(of, marked(of, current, wanted, options.clock.now())));
    },
    async createSub(of, name, subresource, body) {
      if (of.resource !== 'pods' || subresource !== 'binding') {
        throw new ApiError(404, 'NotFound', `the fake has no ${of.resource}/${subresource}`);
      }
      const pod = find(of, name);
      note('create', of, pod, subresource);
      if (pod.spec?.nodeName) throw new ApiError(409, 'Conflict', `pod ${name.name} is already assigned`);
      const { target } = body as { target: { name: string } };
      const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: rfc3339(options.clock.now()) };
      const others = ((pod.status?.conditions ?? []) as { type: string }[]).filter((c) => c.type !== 'PodScheduled');
      put(of, {
        ...pod,
        spec: { ...pod.spec, nodeName: target.name },
        status: { ...pod.status, conditions: [...others, scheduled] },
      });
      return body;
    },
    watch(of, watching) {
      const matches = parseSelectors(watching);
      const types = { added: 'ADDED', modified: 'MODIFIED', deleted: 'DELETED' } as const;
      return listen(of, (change) => {
        if (matches(change.object))
          watching.onEvent({ type: types[change.type], object: change.object } as WatchEvent<unknown>);
      });
    },
    cache: (of, selection = {}) =>
      fakeCache(table(of) as never, parseSelectors(selection), (l) => listen(of, l)) as never,
    resources: async () => [...resourceFacts, ...(options.customResources ?? [])],
  };
  return client;
}

/** What a write to the object itself or to one of its subresources may change. */
function part(current: Stored, wanted: Stored, sub?: string): Stored {
  const { resourceVersion: _revision, ...meta } = wanted.metadata ?? {};
  if (sub === 'status') return { ...current, status: wanted.status };
  if (sub === 'finalize') return { ...current, spec: { ...current.spec, finalizers: wanted.spec?.finalizers } };
  const kept = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const;
  const fixed = Object.fromEntries(
    kept.map((name) => [name, current.metadata?.[name]]).filter(([, v]) => v !== undefined),
  );
  const next = { ...wanted, metadata: { ...meta, ...fixed } };
  if (current.status !== undefined) next.status = current.status;
  return next;
}

function marked(of: Resource, current: Stored, wanted: DeleteOptions, nowMs: number): Stored {
  const meta = { ...current.metadata, finalizers: [...(current.metadata?.finalizers ?? [])] };
  const policy = wanted.propagationPolicy;
  const added = policy === 'Foreground' ? 'foregroundDeletion' : policy === 'Orphan' ? 'orphan' : undefined;
  if (added && !meta.finalizers.includes(added)) meta.finalizers.push(added);
  meta.deletionTimestamp ??= rfc3339(nowMs);
  const assigned = of.resource === 'pods' && current.spec?.nodeName;
  meta.deletionGracePeriodSeconds = assigned ? (wanted.gracePeriodSeconds ?? 30) : 0;
  const status = of.resource === 'namespaces' ? { ...current.status, phase: 'Terminating' } : current.status;
  return { ...current, metadata: meta, ...(status ? { status } : {}) };
}

function fakeCache(
  objects: ReadonlyMap<string, KubeObject>,
  matches: (object: KubeObject) => boolean,
  listen: (listener: Listener) => { close(): void },
): ObjectCache<KubeObject> {
  return {
    synced: Promise.resolve(),
    isSynced: true,
    get: (name) => {
      const found = objects.get(objectKey(name));
      return found && matches(found) ? found : undefined;
    },
    list: (namespace) =>
      [...objects.values()].filter((o) => matches(o) && (!namespace || o.metadata?.namespace === namespace)),
    onChange: (listener) =>
      listen((change) => {
        const before = change.previous !== undefined && matches(change.previous);
        const after = change.type !== 'deleted' && matches(change.object);
        if (after) listener(before ? change : { type: 'added', object: change.object });
        else if (before) listener({ ...change, type: 'deleted' });
      }),
    close: () => undefined,
  };
}

/** Frozen, so that a controller that changes a shared object fails its test. */
function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
