// Serves the verbs of resources over HTTP: reads options and body, calls the verb, shows what came out.
// Source: Kubernetes API concepts, "API verbs".
import type { KubeObject } from '#model/kube';
import { objectError, requestError } from '../answer/errors.ts';
import { type Showing, showList, showObject } from '../answer/represent.ts';
import { deletionStatus } from '../answer/status.ts';
import { type FrameMaker, serveWatch } from '../answer/watch-stream.ts';
import type { ServedResource } from '../objects/served-resource.ts';
import type { Call, Core, ObjectEntry, WriteCallOptions } from '../verbs/call.ts';
import { componentStatusGet, componentStatusList } from '../verbs/component-statuses.ts';
import { objectCreate } from '../verbs/create.ts';
import { objectDelete, objectDeleteCollection } from '../verbs/delete.ts';
import { objectPatch, readPatch } from '../verbs/patch.ts';
import { type Listed, listWaitsFor, objectGet, objectList, revisionReached } from '../verbs/read.ts';
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

/** Answers with what is stored, in the form that the client asked for. Errors: ApiError 406. */
class Answers {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  one(http: HttpCall, resource: ServedResource, entry: ObjectEntry, { status } = { status: 200 }): void {
    http.send(status, showObject(resource, entry, this.#showing(http)));
  }

  many(http: HttpCall, resource: ServedResource, listed: Listed): void {
    http.send(200, showList(resource, listed, this.#showing(http)));
  }

  #showing(http: HttpCall): Showing {
    return { accepted: http.accepted, query: http.path.query, nowMs: this.#core.clock.now() };
  }
}

/** The verbs that read, each by its name. */
function reads(core: Core, answers: Answers): Record<'get' | 'list', ResourceHandler> {
  const get: ResourceHandler = (http, call) => {
    const waits = listWaitsFor(core, { resourceVersion: http.path.query.get('resourceVersion') ?? undefined });
    if (waits !== undefined) return revisionReached(core, waits).then(() => get(http, call));
    answers.one(http, call.resource, objectGet(core, call));
  };
  const list: ResourceHandler = (http, call) => {
    const options = listOptionsOf(http.path.query);
    const waits = listWaitsFor(core, options);
    if (waits !== undefined) return revisionReached(core, waits).then(() => list(http, call));
    answers.many(http, call.resource, objectList(core, call, options));
  };
  return { get, list };
}

/** The verbs that write one object out of the body, each by its name. */
function writes(core: Core, answers: Answers): Record<'create' | 'update' | 'patch', ResourceHandler> {
  return {
    async create(http, call) {
      const { object, options } = await writtenObject(http, call);
      const made = await objectCreate(core, call, object, options);
      http.named(made.key.slice(made.key.lastIndexOf('/') + 1));
      answers.one(http, call.resource, made, { status: 201 });
    },
    async update(http, call) {
      const { object, options } = await writtenObject(http, call);
      answers.one(http, call.resource, await objectUpdate(core, call, object, options));
    },
    async patch(http, call) {
      const options = writeOptionsOf(http.path.query, http.userAgent);
      const type = mediaTypeOf(http.exchange.headers['content-type']);
      const { entry, created } = await objectPatch(core, call, readPatch(call, type, await http.body()), {
        ...options,
        force: http.path.query.get('force') === 'true',
        managerNamed: http.path.query.has('fieldManager'),
      });
      answers.one(http, call.resource, entry, { status: created ? 201 : 200 });
    },
  };
}

/** The verbs that delete, each by its name. */
function deletes(core: Core, answers: Answers): Record<'delete' | 'deletecollection', ResourceHandler> {
  const optionsOf = async (http: HttpCall) =>
    deleteOptionsOf(http.path.query, (await http.value()) as DeleteOptionsBody | undefined);
  return {
    async delete(http, call) {
      const { entry, removed } = await objectDelete(core, call, await optionsOf(http));
      if (!removed || ANSWER_DELETED.has(call.resource.prefix)) return answers.one(http, call.resource, entry);
      const uid = entry.index.object(entry.bytes).metadata?.uid;
      http.sendJson(200, deletionStatus(call.resource.facts, call.name, uid));
    },
    async deletecollection(http, call) {
      const options = await optionsOf(http);
      const listed = await objectDeleteCollection(core, call, listOptionsOf(http.path.query), options);
      answers.many(http, call.resource, listed);
    },
  };
}

/** Component statuses are stored nowhere: they are made when somebody asks. */
function componentStatuses(core: Core, answers: Answers): ResourceHandler {
  return (http, call) => {
    if (http.path.verb === 'get') answers.one(http, call.resource, componentStatusGet(core, call));
    else if (http.path.verb === 'list') answers.many(http, call.resource, componentStatusList(core, call));
    else throw objectError.methodNotAllowed(call.resource.facts);
  };
}

/** Serves everything on a resource itself; subresources have handlers of their own. */
export function makeResourceHandler(core: Core, frames: FrameMaker): ResourceHandler {
  const answers = new Answers(core);
  const components = componentStatuses(core, answers);
  const watch: ResourceHandler = (http, call) => {
    const way = { accepted: http.accepted, query: http.path.query };
    serveWatch({ core, frames, exchange: http.exchange }, call, watchOptions(http), way);
  };
  const verbs = { ...reads(core, answers), ...writes(core, answers), ...deletes(core, answers), watch };
  const byName = new Map<string, ResourceHandler>(Object.entries(verbs));

  return (http, call) => {
    if (call.resource.prefix === '/core/componentstatuses/') return components(http, call);
    // A collection is created into, an object is changed; the other way round there is no such method.
    const { verb } = http.path;
    const misplaced =
      verb === 'create' ? call.name !== '' : verb === 'update' || verb === 'patch' ? call.name === '' : false;
    if (misplaced || !call.resource.facts.verbs.includes(verb)) throw objectError.methodNotAllowed(call.resource.facts);
    const serve = byName.get(verb);
    if (!serve) throw requestError.methodNotAllowed();
    return serve(http, call);
  };
}
