// OpenAPI version 2: one document for everything, which older clients read for merging, explaining and checking.
import type { ResourceFacts } from '../facts.ts';
import { PATCH_MEDIA_TYPES } from '../patch-media-types.ts';
import { type JsonSchema, refPrefix } from './component.ts';
import { componentsOf } from './components.ts';
import { type Operation, operationPathsOf } from './operations.ts';
import { PATCH_NAME } from './schema-names.ts';

const ANSWER_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const PATCH_TYPES = Object.values(PATCH_MEDIA_TYPES);

const ref = (name: string) => ({ $ref: refPrefix(2) + name });

function operationDocument(operation: Operation): JsonSchema {
  const { body, answer } = operation;
  const ok = answer ? { description: 'OK', schema: ref(answer) } : { description: 'OK', schema: { type: 'string' } };
  const bodyParameter = body && {
    name: 'body',
    in: 'body',
    ...(operation.method === 'delete' ? {} : { required: true }),
    schema: ref(body === 'patch' ? PATCH_NAME : body),
  };
  return {
    operationId: operation.id,
    consumes: body === 'patch' ? PATCH_TYPES : ['*/*'],
    produces: ANSWER_TYPES,
    schemes: ['https'],
    parameters: [
      ...(bodyParameter ? [bodyParameter] : []),
      ...operation.query.map(({ name, type }) => ({ name, in: 'query', type, uniqueItems: true })),
    ],
    responses: {
      ...Object.fromEntries(operation.codes.map((code) => [code, ok])),
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.gvk,
  };
}

/** The document over all given resources. `custom` as in {@link componentsOf}. */
export function openApiV2Document(
  resources: readonly ResourceFacts[],
  options: { readonly gitVersion: string; readonly custom?: Readonly<Record<string, JsonSchema>> },
): object {
  const paths: Record<string, JsonSchema> = {};
  for (const { path, parameters, operations } of operationPathsOf(resources))
    paths[path] = {
      ...Object.fromEntries(operations.map((operation) => [operation.method, operationDocument(operation)])),
      parameters: [
        ...parameters.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
        { name: 'pretty', in: 'query', type: 'string', uniqueItems: true },
      ],
    };
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: options.gitVersion },
    paths,
    definitions: componentsOf(resources, 2, options.custom ?? {}),
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  };
}
