// Serves subresources over HTTP, and resources that are only answered: bindings and reviews.
import { checkTypeStructure, type KubeObject } from '#model/kube';
import { objectError, requestError } from '../answer/errors.ts';
import { showObject, showScale } from '../answer/represent.ts';
import { typeNameOf } from '../objects/type-names.ts';
import { bind } from '../subresources/binding.ts';
import type { SubresourceAnswer, Subresources, SubresourceVerbs } from '../subresources/subresource.ts';
import type { Call, Core, WriteCallOptions } from '../verbs/call.ts';
import { readPatch } from '../verbs/patch.ts';
import { mediaTypeOf } from './body.ts';
import { checkedKind } from './checked-kind.ts';
import type { HttpCall } from './http-call.ts';
import { writeOptionsOf } from './options.ts';

export interface AnsweredResources {
  /** Answers a review; undefined when the resource is none. */
  review(group: string, resource: string): ((call: Call, body: KubeObject) => KubeObject) | undefined;
}

export interface SubresourceHandlers {
  subresource(http: HttpCall, call: Call): Promise<void>;
  /** Serves a create of a resource that is not stored; false when it is none of those. */
  answered(http: HttpCall, call: Call): Promise<void> | undefined;
}

export function makeSubresourceHandlers(
  core: Core,
  subresources: Subresources,
  answered: AnsweredResources,
): SubresourceHandlers {
  const show = (http: HttpCall, call: Call, status: number, answer: SubresourceAnswer): void => {
    const showing = () => ({ accepted: http.accepted, query: http.path.query, nowMs: core.clock.now() });
    if ('bytes' in answer) http.send(status, showObject(call.resource, answer, showing()));
    else if (answer.kind === 'Scale') http.send(status, showScale(answer, showing()));
    else http.sendJson(status, answer);
  };

  const written = async (http: HttpCall, call: Call, verbs: SubresourceVerbs) => {
    const options = writeOptionsOf(http.path.query, http.userAgent);
    const { value, duplicateFields } = await http.valueAndDuplicates(options.fieldValidation !== 'Ignore');
    const body = bodyOf(call, value, verbs.body);
    return { body, options: { ...options, duplicateFields } satisfies WriteCallOptions };
  };

  const serve = async (http: HttpCall, call: Call, verbs: SubresourceVerbs): Promise<void> => {
    const refused = objectError.methodNotAllowed(call.resource.facts);
    switch (http.path.verb) {
      case 'get': {
        if (!verbs.get) throw refused;
        return show(http, call, 200, await verbs.get(call));
      }
      case 'update': {
        if (!verbs.update) throw refused;
        const { body, options } = await written(http, call, verbs);
        return show(http, call, 200, await verbs.update(call, body, options));
      }
      case 'create': {
        if (!verbs.create) throw refused;
        const { body, options } = await written(http, call, verbs);
        return show(http, call, 201, await verbs.create(call, body, options));
      }
      case 'patch': {
        if (!verbs.patch) throw refused;
        const options = writeOptionsOf(http.path.query, http.userAgent);
        const { query } = http.path;
        const patch = readPatch(call, mediaTypeOf(http.exchange.headers['content-type']), await http.body());
        const how = { ...options, force: query.get('force') === 'true', managerNamed: query.has('fieldManager') };
        return show(http, call, 200, await verbs.patch(call, patch, how));
      }
      default:
        throw refused;
    }
  };

  return {
    async subresource(http, call) {
      const verbs = subresources.find(call.resource, call.subresource);
      if (!verbs) throw requestError.notFound();
      await serve(http, call, verbs);
    },
    answered(http, call) {
      const { group, resource } = call.resource.facts;
      if (http.path.verb !== 'create') return undefined;
      if (group === '' && resource === 'bindings') return bindByBody(core, http, call);
      const review = answered.review(group, resource);
      if (!review) return undefined;
      return http.value().then((value) => show(http, call, 201, review(call, bodyOf(call, value, undefined))));
    },
  };
}

/** Errors: ApiError 400 for another kind or a wrong structure. */
function bodyOf(call: Call, value: unknown, kind: SubresourceVerbs['body']): KubeObject {
  const of = kind
    ? {
        apiVersion: kind.apiVersion,
        facts: { kind: kind.kind, version: kind.apiVersion.split('/').at(-1) ?? '' },
      }
    : call.resource;
  const empty = value === undefined && kind ? {} : value;
  const object = checkedKind(of, empty);
  const type = typeNameOf(of.apiVersion, of.facts.kind);
  if (!type) return object;
  const problems = checkTypeStructure(type, object, { fieldValidation: 'Ignore' });
  if (problems.errors.length > 0) throw requestError.badRequest(problems.errors[0] ?? '');
  return object;
}

/** A binding posted to the collection names its pod itself. */
async function bindByBody(core: Core, http: HttpCall, call: Call): Promise<void> {
  const resource = core.registry.find('', 'v1', 'pods');
  if (!resource) throw requestError.notFound();
  const body = bodyOf(call, await http.value(), { apiVersion: 'v1', kind: 'Binding' });
  const name = body.metadata?.name;
  if (!name) throw requestError.badRequest('a binding names its pod in metadata.name');
  const options = writeOptionsOf(http.path.query, http.userAgent);
  http.sendJson(201, await bind(core, { ...call, resource, subresource: 'binding', name }, body, options));
}
