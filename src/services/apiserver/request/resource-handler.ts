// Serves the verbs of resources over HTTP: reads options and body, calls the verb, shows what came out.
// Source: Kubernetes API concepts, "API verbs".
import type { KubeObject } from '#model/kube';
import { objectError, requestError } from '../answer/errors.ts';
import { showList, showObject } from '../answer/represent.ts';
import { deletionStatus } from '../answer/status.ts';
import { type FrameMaker, serveWatch } from '../answer/watch-stream.ts';
import type { ServedResource } from '../objects/served-resource.ts';
import type { Call, Core, ObjectEntry, WriteCallOptions } from '../verbs/call.ts';
import { componentStatusGet, componentStatusList } from '../verbs/component-statuses.ts';
import { objectCreate } from '../verbs/create.ts';
import { objectDelete, objectDeleteCollection } from '../verbs/delete.ts';
import { objectPatch, readPatch } from '../verbs/patch.ts';
import { listWaitsFor, objectGet, objectList, revisionReached } from '../verbs/read.ts';
import { objectUpdate } from '../verbs/update.ts';
import { mediaTypeOf } from './body.ts';
import { checkedKind } from './checked-kind.ts';
import type { HttpCall } from './http-call.ts';
import { type DeleteOptionsBody, deleteOptionsOf, listOptionsOf, watchOptionsOf, writeOptionsOf } from './options.ts';

/** Resources whose deletion answers with the object as it was, as clients expect of them. */
const ANSWER_DELETED: ReadonlySet<string> = new Set([
  '/core/pods/',
  '/core/services/',
  '/core/serviceaccounts/',
  '/core/persistentvolumes/',
  '/core/persistentvolumeclaims/',
  '/core/podtemplates/',
  '/core/resourcequotas/',
]);

export type ResourceHandler = (http: HttpCall, call: Call) => void | Promise<void>;

/** The object in a body with the options of its write. Errors: ApiError 400, 413, 415. */
async function writtenObject(http: HttpCall, call: Call): Promise<{ object: KubeObject; options: WriteCallOptions }> {
  const options = writeOptionsOf(http.path.query, http.userAgent);
  const { value, duplicateFields } = await http.valueAndDuplicates(options.fieldValidation !== 'Ignore');
  return { object: checkedKind(call.resource, value), options: { ...options, duplicateFields } };
}

/** A watch under the old `/watch/` prefix may name one object. Errors: ApiError 400. */
function watchOptions({ path }: HttpCall): ReturnType<typeof watchOptionsOf> {
  const options = watchOptionsOf(path.query);
  return path.name && !options.fieldSelector ? { ...options, fieldSelector: `metadata.name=${path.name}` } : options;
}

/** Serves everything on a resource itself; subresources have handlers of their own. */
export function makeResourceHandler(core: Core, frames: FrameMaker): ResourceHandler {
  const shown = (http: HttpCall, resource: ServedResource, status: number, entry: ObjectEntry): void =>
    http.send(status, showObject(resource, entry, http.accepted, http.path.query, core.clock.now()));

  const get = (http: HttpCall, call: Call): void | Promise<void> => {
    const waits = listWaitsFor(core, { resourceVersion: http.path.query.get('resourceVersion') ?? undefined });
    if (waits !== undefined) return revisionReached(core, waits).then(() => get(http, call));
    shown(http, call.resource, 200, objectGet(core, call));
  };

  const list = (http: HttpCall, call: Call): void | Promise<void> => {
    const options = listOptionsOf(http.path.query);
    const waits = listWaitsFor(core, options);
    if (waits !== undefined) return revisionReached(core, waits).then(() => list(http, call));
    const listed = objectList(core, call, options);
    http.send(200, showList(call.resource, listed, http.accepted, http.path.query, core.clock.now()));
  };

  const create = async (http: HttpCall, call: Call): Promise<void> => {
    const { object, options } = await writtenObject(http, call);
    shown(http, call.resource, 201, await objectCreate(core, call, object, options));
  };

  const update = async (http: HttpCall, call: Call): Promise<void> => {
    const { object, options } = await writtenObject(http, call);
    shown(http, call.resource, 200, await objectUpdate(core, call, object, options));
  };

  const patch = async (http: HttpCall, call: Call): Promise<void> => {
    const options = writeOptionsOf(http.path.query, http.userAgent);
    const type = mediaTypeOf(http.exchange.headers['content-type']);
    const { entry, created } = await objectPatch(core, call, type, readPatch(call, type, await http.body()), {
      ...options,
      force: http.path.query.get('force') === 'true',
      managerNamed: http.path.query.has('fieldManager'),
    });
    shown(http, call.resource, created ? 201 : 200, entry);
  };

  const remove = async (http: HttpCall, call: Call): Promise<void> => {
    const options = deleteOptionsOf(http.path.query, (await http.value()) as DeleteOptionsBody | undefined);
    const { entry, removed } = await objectDelete(core, call, options);
    if (!removed || ANSWER_DELETED.has(call.resource.prefix)) return shown(http, call.resource, 200, entry);
    const uid = entry.index.object(entry.bytes).metadata?.uid;
    http.sendJson(200, deletionStatus(call.resource.facts, call.name, uid));
  };

  const removeAll = async (http: HttpCall, call: Call): Promise<void> => {
    const options = deleteOptionsOf(http.path.query, (await http.value()) as DeleteOptionsBody | undefined);
    const listed = await objectDeleteCollection(core, call, listOptionsOf(http.path.query), options);
    http.send(200, showList(call.resource, listed, http.accepted, http.path.query, core.clock.now()));
  };

  const components = (http: HttpCall, call: Call): void => {
    if (http.path.verb === 'get') {
      shown(http, call.resource, 200, componentStatusGet(core, call));
      return;
    }
    if (http.path.verb !== 'list') throw objectError.methodNotAllowed(call.resource.facts);
    const listed = componentStatusList(core, call);
    http.send(200, showList(call.resource, listed, http.accepted, http.path.query, core.clock.now()));
  };

  return (http, call) => {
    if (call.resource.prefix === '/core/componentstatuses/') return components(http, call);
    // A collection is created into, an object is changed; the other way round there is no such method.
    const { verb } = http.path;
    const misplaced =
      verb === 'create' ? call.name !== '' : verb === 'update' || verb === 'patch' ? call.name === '' : false;
    if (misplaced || !call.resource.facts.verbs.includes(verb)) throw objectError.methodNotAllowed(call.resource.facts);
    switch (verb) {
      case 'get':
        return get(http, call);
      case 'list':
        return list(http, call);
      case 'watch': {
        const way = { accepted: http.accepted, query: http.path.query };
        return serveWatch(core, frames, http.exchange, call, watchOptions(http), way);
      }
      case 'create':
        return create(http, call);
      case 'update':
        return update(http, call);
      case 'patch':
        return patch(http, call);
      case 'delete':
        return remove(http, call);
      case 'deletecollection':
        return removeAll(http, call);
      default:
        throw requestError.methodNotAllowed();
    }
  };
}
