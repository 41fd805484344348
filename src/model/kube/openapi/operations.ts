// Every operation on every path of a group version, as plain data from which both OpenAPI versions are written.
import type { ResourceFacts } from '../facts.ts';
import { schemaOf } from '../schema/parse.ts';
import { type GroupVersionKind, schemaNameOf, subresourceType } from './schema-names.ts';

export interface QueryParameter {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean';
}

export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** x-kubernetes-action */
  readonly action: string;
  readonly id: string;
  readonly gvk: GroupVersionKind;
  readonly query: readonly QueryParameter[];
  /** Schema name of the request's body; absent when there is none. "patch" stands for any patch. */
  readonly body?: string;
  /** Schema name of the answer; absent for streams. */
  readonly answer?: string;
  readonly codes: readonly number[];
}

export interface OperationPath {
  readonly path: string;
  readonly parameters: readonly string[];
  readonly operations: readonly Operation[];
}

const text = (name: string): QueryParameter => ({ name, type: 'string' });
const flag = (name: string): QueryParameter => ({ name, type: 'boolean' });
const count = (name: string): QueryParameter => ({ name, type: 'integer' });
const LIST = [
  flag('allowWatchBookmarks'),
  text('continue'),
  text('fieldSelector'),
  text('labelSelector'),
  count('limit'),
  text('resourceVersion'),
  text('resourceVersionMatch'),
  flag('sendInitialEvents'),
  count('timeoutSeconds'),
  flag('watch'),
];
const WRITE = [text('dryRun'), text('fieldManager'), text('fieldValidation')];
const DELETE = [text('dryRun'), count('gracePeriodSeconds'), flag('orphanDependents'), text('propagationPolicy')];
const DELETE_COLLECTION = [...DELETE, text('continue'), text('fieldSelector'), text('labelSelector'), count('limit')];

interface Verb {
  readonly method: Operation['method'];
  readonly action: string;
  readonly word: string;
  readonly query: readonly QueryParameter[];
  readonly codes: readonly number[];
}

const VERBS: Readonly<Record<string, Verb>> = {
  list: { method: 'get', action: 'list', word: 'list', query: LIST, codes: [200] },
  create: { method: 'post', action: 'post', word: 'create', query: WRITE, codes: [200, 201, 202] },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    word: 'delete',
    query: DELETE_COLLECTION,
    codes: [200],
  },
  get: { method: 'get', action: 'get', word: 'read', query: [], codes: [200] },
  update: { method: 'put', action: 'put', word: 'replace', query: WRITE, codes: [200, 201] },
  patch: { method: 'patch', action: 'patch', word: 'patch', query: [...WRITE, flag('force')], codes: [200, 201] },
  delete: { method: 'delete', action: 'delete', word: 'delete', query: DELETE, codes: [200, 202] },
};
const ON_COLLECTION = ['list', 'create', 'deletecollection'];
const ON_OBJECT = ['get', 'update', 'patch', 'delete'];
const STREAMS: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward', 'proxy']);

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

/** "CoreV1Namespaced"; `word` stands before "Namespaced". */
function idScope(facts: ResourceFacts, word = ''): string {
  const group = facts.group === '' ? 'core' : facts.group.replace(/\.k8s\.io$/, '');
  const words = group.split(/[.-]/).map(capital).join('');
  return words + capital(facts.version) + word + (facts.namespaced ? 'Namespaced' : '');
}

function bodyOf(verb: string, schema: string): string | undefined {
  if (verb === 'create' || verb === 'update') return schema;
  if (verb === 'patch') return 'patch';
  return verb.startsWith('delete') ? schemaNameOf('meta.v1.DeleteOptions') : undefined;
}

function answerOf(verb: string, schema: string): string {
  if (verb === 'list') return `${schema}List`;
  return verb.startsWith('delete') ? schemaNameOf('meta.v1.Status') : schema;
}

function operationOf(facts: ResourceFacts, verb: string): Operation | undefined {
  const known = VERBS[verb];
  if (!known) return undefined;
  const schema = schemaNameOf(facts.type);
  const body = bodyOf(verb, schema);
  return {
    method: known.method,
    action: known.action,
    id: known.word + idScope(facts, verb === 'deletecollection' ? 'Collection' : '') + facts.kind,
    gvk: { group: facts.group, version: facts.version, kind: facts.kind },
    query: known.query,
    ...(body ? { body } : {}),
    answer: answerOf(verb, schema),
    codes: known.codes,
  };
}

function subOperations(facts: ResourceFacts, sub: NonNullable<ResourceFacts['subresources']>[number]): Operation[] {
  const type = subresourceType(facts, sub);
  const schema = schemaOf(type) || type === facts.type ? schemaNameOf(type) : undefined;
  const stream = STREAMS.has(sub.name) || !schema;
  const answered = !stream && sub.name !== 'log';
  return sub.verbs.flatMap((verb) => {
    const known = VERBS[verb];
    if (!known) return [];
    const body = stream || !schema ? undefined : bodyOf(verb, schema);
    return {
      method: known.method,
      action: stream ? 'connect' : known.action,
      id: `${stream ? 'connect' : known.word}${idScope(facts, stream ? capital(known.method) : '')}${facts.kind}${capital(sub.name)}`,
      gvk: { group: sub.group ?? facts.group, version: sub.version ?? facts.version, kind: sub.kind },
      query: stream ? [] : known.query,
      ...(body ? { body } : {}),
      ...(!answered || !schema ? {} : { answer: answerOf(verb, schema) }),
      codes: stream ? [200] : known.codes,
    };
  });
}

function pathsOf(facts: ResourceFacts): OperationPath[] {
  const root = facts.group === '' ? `/api/${facts.version}` : `/apis/${facts.group}/${facts.version}`;
  const scope = facts.namespaced ? '/namespaces/{namespace}' : '';
  const scoped = facts.namespaced ? ['namespace'] : [];
  const collection = `${root}${scope}/${facts.resource}`;
  const on = (verbs: readonly string[]) =>
    verbs.filter((verb) => facts.verbs.includes(verb)).flatMap((verb) => operationOf(facts, verb) ?? []);
  const paths: OperationPath[] = [
    { path: collection, parameters: scoped, operations: on(ON_COLLECTION) },
    { path: `${collection}/{name}`, parameters: ['name', ...scoped], operations: on(ON_OBJECT) },
    ...(facts.subresources ?? []).map((sub) => ({
      path: `${collection}/{name}/${sub.name}`,
      parameters: ['name', ...scoped],
      operations: subOperations(facts, sub),
    })),
  ];
  if (facts.namespaced && facts.verbs.includes('list'))
    paths.push({
      path: `${root}/${facts.resource}`,
      parameters: [],
      operations: on(['list']).map((list) => ({
        ...list,
        id: `${list.id.replace('Namespaced', '')}ForAllNamespaces`,
      })),
    });
  return paths.filter((path) => path.operations.length > 0);
}

/** All paths of the given resources, sorted by path. */
export function operationPathsOf(resources: readonly ResourceFacts[]): OperationPath[] {
  return resources.flatMap(pathsOf).sort((a, b) => (a.path < b.path ? -1 : 1));
}
