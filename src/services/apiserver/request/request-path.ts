// Reads what a request is about from its method and URL.
// Source: Kubernetes API concepts, "Resource URIs"; authorization, "Determine the Request Verb".

export interface RequestPath {
  readonly isResource: boolean;
  /** Path without query, as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** get list watch create update patch delete deletecollection; the lower-case method for other paths. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** What follows a `proxy` subresource, with its leading slash; "" when nothing does. */
  readonly rest: string;
}

const VERB_OF_METHOD: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const NO_QUERY = new URLSearchParams();
const NAME_SELECTED = /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/;

/** Undefined when a part of the path is no valid percent encoding. */
export function parseRequestPath(method: string, url: string): RequestPath | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
  const parts = path.split('/').filter((part) => part !== '');
  if (path.includes('%')) {
    try {
      for (let i = 0; i < parts.length; i++) parts[i] = decodeURIComponent(parts[i] as string);
    } catch {
      return undefined;
    }
  }
  return resourcePath(method, path, parts, query) ?? otherPath(method, path, query);
}

function otherPath(method: string, path: string, query: URLSearchParams): RequestPath {
  return {
    isResource: false,
    path,
    query,
    verb: method.toLowerCase(),
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    rest: '',
  };
}

function resourcePath(
  method: string,
  path: string,
  parts: readonly string[],
  query: URLSearchParams,
): RequestPath | undefined {
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  let at = core ? 2 : 3;
  if (parts.length <= at) return undefined;
  const group = core ? '' : (parts[1] as string);
  const version = parts[at - 1] as string;
  const watchPrefix = parts[at] === 'watch';
  if (watchPrefix) at++;
  let namespace = '';
  if (parts[at] === 'namespaces' && parts.length > at + 1) {
    namespace = parts[at + 1] as string;
    const next = parts[at + 2];
    // The namespace itself and its subresources, not something inside of it.
    if (next !== undefined && !(parts.length === at + 3 && (next === 'status' || next === 'finalize'))) at += 2;
  }
  const resource = parts[at];
  if (resource === undefined) return undefined;
  let name = parts[at + 1] ?? '';
  const subresource = parts[at + 2] ?? '';
  const rest = parts.length > at + 3 || subresource === 'proxy' ? restOf(path, at + 3) : '';
  let verb = VERB_OF_METHOD[method] ?? method.toLowerCase();
  if (name === '' && verb === 'get') verb = isTrue(query.get('watch')) || watchPrefix ? 'watch' : 'list';
  else if (watchPrefix && verb === 'get') verb = 'watch';
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  if (name === '' && (verb === 'list' || verb === 'watch' || verb === 'deletecollection'))
    name = NAME_SELECTED.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';
  return { isResource: true, path, query, verb, group, version, resource, subresource, namespace, name, rest };
}

/** The path after `skip` segments, undecoded. */
function restOf(path: string, skip: number): string {
  let at = 0;
  for (let i = 0; i < skip && at >= 0; i++) {
    while (path[at] === '/') at++;
    at = path.indexOf('/', at);
  }
  return at < 0 ? '' : path.slice(at);
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
