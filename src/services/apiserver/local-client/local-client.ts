// The client of this process: the same verbs as over HTTP, without HTTP and without a copy of what is read.
import type {
  ApiError,
  Client,
  ObjectName,
  Patch,
  PatchOptions,
  Resource,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '#client';
import { type KubeObject, PATCH_MEDIA_TYPES } from '#model/kube';
import { objectError, requestError } from '../answer/errors.ts';
import type { Authorizer, UserInfo } from '../contract.ts';
import type { ServedResource } from '../objects/served-resource.ts';
import { fromStorage } from '../objects/versions.ts';
import { denial } from '../request/identify.ts';
import type { SubresourceAnswer, Subresources, SubresourceVerbs } from '../subresources/subresource.ts';
import type { Call, Core, ObjectEntry, WriteCallOptions } from '../verbs/call.ts';
import { objectCreate } from '../verbs/create.ts';
import { objectDelete } from '../verbs/delete.ts';
import { objectPatch } from '../verbs/patch.ts';
import { objectGet, objectList } from '../verbs/read.ts';
import { objectUpdate } from '../verbs/update.ts';
import { localCache } from './local-cache.ts';
import { localWatch } from './local-watch.ts';

export interface LocalClientParts {
  readonly core: Core;
  readonly subresources: Subresources;
  readonly user: UserInfo;
  /** Absent: the user may do everything (the server's own client). */
  readonly authorizer?: Authorizer;
}

function writeOptions(user: UserInfo, options: WriteOptions): WriteCallOptions {
  return {
    dryRun: options.dryRun ?? false,
    fieldManager: options.fieldManager ?? user.name.replace(/^system:/, ''),
    fieldValidation: 'Ignore',
  };
}

class LocalCalls {
  readonly #parts: LocalClientParts;
  readonly #shown = new WeakMap<ObjectEntry, KubeObject>();

  constructor(parts: LocalClientParts) {
    this.#parts = parts;
  }

  /** The served form of what the caller names. Errors: ApiError 404. */
  served(of: Resource): ServedResource {
    const resource = this.#parts.core.registry.find(of.group, of.version, of.resource);
    if (!resource) throw requestError.notFound();
    return resource;
  }

  /** Errors: ApiError 403, 404. */
  call(of: Resource, verb: string, at: { namespace?: string; name?: string; subresource?: string }): Call {
    const resource = this.served(of);
    const { user, authorizer } = this.#parts;
    const namespace = resource.facts.namespaced ? (at.namespace ?? '') : '';
    const call = {
      user,
      resource,
      subresource: at.subresource ?? '',
      namespace,
      name: at.name ?? '',
      warn: () => undefined,
    };
    if (authorizer) this.#authorize(authorizer, call, verb);
    return call;
  }

  #authorize(authorizer: Authorizer, call: Call, verb: string): void {
    const { group, version, resource } = call.resource.facts;
    const { user, subresource, namespace, name } = call;
    const request = { user, verb, isResource: true, path: '', group, version, resource, subresource, namespace, name };
    const { allowed, reason } = authorizer.authorize(request);
    if (!allowed) throw objectError.forbidden({ group, resource }, name, denial(request, reason));
  }

  /** What the subresource of the call can do. Errors: ApiError 404. */
  verbs(call: Call): SubresourceVerbs {
    const verbs = this.#parts.subresources.find(call.resource, call.subresource);
    if (!verbs) throw requestError.notFound();
    return verbs;
  }

  /** The object that a subresource answered with. */
  answered(call: Call, answer: SubresourceAnswer): KubeObject {
    return 'bytes' in answer ? this.object(call.resource, answer) : answer;
  }

  /** The object of an entry in the served version. Shared. */
  object(resource: ServedResource, entry: ObjectEntry): KubeObject {
    if (resource.facts === resource.storage) return entry.index.object(entry.bytes);
    let shown = this.#shown.get(entry);
    if (!shown) {
      shown = fromStorage(resource, entry.index.object(entry.bytes));
      this.#shown.set(entry, shown);
    }
    return shown;
  }
}

const notAllowed = (call: Call): ApiError => objectError.methodNotAllowed(call.resource.facts);

function reads(core: Core, calls: LocalCalls) {
  return {
    async get(of: Resource, at: ObjectName, options: { subresource?: string } = {}) {
      const call = calls.call(of, 'get', { ...at, ...options });
      if (!call.subresource) return calls.object(call.resource, objectGet(core, call));
      const { get } = calls.verbs(call);
      if (!get) throw notAllowed(call);
      return calls.answered(call, await get(call));
    },
    async list(of: Resource, options: Parameters<Client['list']>[1] = {}) {
      const call = calls.call(of, 'list', options);
      const listed = objectList(core, call, options);
      return {
        items: listed.entries.map((entry) => calls.object(call.resource, entry)),
        resourceVersion: String(listed.revision),
        ...(listed.continue ? { continue: listed.continue } : {}),
      };
    },
    watch(of: Resource, options: WatchOptions) {
      const call = calls.call(of, 'watch', { namespace: options.namespace });
      return localWatch(core, call, options, (type: WatchEvent<unknown>['type'], entry: ObjectEntry) =>
        options.onEvent({ type, object: calls.object(call.resource, entry) }),
      );
    },
    cache(of: Resource, scope: Parameters<Client['cache']>[1] = {}) {
      const call = calls.call(of, 'list', { namespace: scope.namespace });
      return localCache(core, call.resource, scope, (entry) => calls.object(call.resource, entry));
    },
    async resources() {
      return core.registry.all();
    },
  };
}

function writes({ core, user }: LocalClientParts, calls: LocalCalls) {
  const createSub = async <T>(of: Resource, at: ObjectName, subresource: string, body: T): Promise<T> => {
    const call = calls.call(of, 'create', { ...at, subresource });
    const { create } = calls.verbs(call);
    if (!create) throw notAllowed(call);
    const answer = await create(call, structuredClone(body) as KubeObject, writeOptions(user, {}));
    return calls.answered(call, answer) as T;
  };
  return {
    createSub,
    async create(of: Resource, object: KubeObject, options: WriteOptions & { name?: string } = {}) {
      const { namespace, name } = { namespace: object.metadata?.namespace, name: options.name };
      const call = calls.call(of, 'create', { namespace, name, subresource: options.subresource });
      if (call.subresource) return createSub(of, { namespace, name: name ?? '' }, call.subresource, object);
      const entry = await objectCreate(core, call, structuredClone(object), writeOptions(user, options));
      return calls.object(call.resource, entry);
    },
    async update(of: Resource, object: KubeObject, options: WriteOptions = {}) {
      const { namespace, name } = object.metadata ?? {};
      const call = calls.call(of, 'update', { namespace, name, subresource: options.subresource });
      const wanted = structuredClone(object);
      if (!call.subresource)
        return calls.object(call.resource, await objectUpdate(core, call, wanted, writeOptions(user, options)));
      const { update } = calls.verbs(call);
      if (!update) throw notAllowed(call);
      return calls.answered(call, await update(call, wanted, writeOptions(user, options)));
    },
    async patch(of: Resource, at: ObjectName, { type, body }: Patch, options: PatchOptions = {}) {
      const call = calls.call(of, 'patch', { ...at, subresource: options.subresource });
      const how = { ...writeOptions(user, options), force: options.force ?? false, managerNamed: true };
      const patch = { mediaType: PATCH_MEDIA_TYPES[type], value: structuredClone(body) };
      if (!call.subresource) return calls.object(call.resource, (await objectPatch(core, call, patch, how)).entry);
      const { patch: apply } = calls.verbs(call);
      if (!apply) throw notAllowed(call);
      return calls.answered(call, await apply(call, patch, how));
    },
    async delete(of: Resource, at: ObjectName, options: Parameters<Client['delete']>[2] = {}) {
      await objectDelete(core, calls.call(of, 'delete', at), options);
    },
  };
}

export function makeLocalClient(parts: LocalClientParts): Client {
  const calls = new LocalCalls(parts);
  const client = { ...reads(parts.core, calls), ...writes(parts, calls) };
  // The interface gives every object the type that its resource names; what is stored under a resource has that type.
  return client as unknown as Client;
}
