// OpenAPI version 3: one document for each group version, and the index of all of them. Source: KEP-2896.
import type { ResourceFacts } from '../facts.ts';
import { PATCH_MEDIA_TYPES } from '../patch-media-types.ts';
import { type JsonSchema, refPrefix } from './component.ts';
import { componentsOf } from './components.ts';
import { type Operation, operationPathsOf } from './operations.ts';
import { PATCH_NAME } from './schema-names.ts';

const PATCH_TYPES = Object.values(PATCH_MEDIA_TYPES).sort();
const ANSWER_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

const ref = (name: string) => ({ $ref: refPrefix(3) + name });

function contentOf(types: readonly string[], name: string): JsonSchema {
  return Object.fromEntries(types.map((type) => [type, { schema: ref(name) }]));
}

function operationDocument(operation: Operation, tag: string): JsonSchema {
  const { body, answer } = operation;
  const ok = answer ? { description: 'OK', content: contentOf(ANSWER_TYPES, answer) } : { description: 'OK' };
  const required = body !== undefined && operation.method !== 'delete';
  return {
    operationId: operation.id,
    tags: [tag],
    ...(operation.query.length
      ? {
          parameters: operation.query.map(({ name, type }) => ({
            name,
            in: 'query',
            schema: { type, uniqueItems: true },
          })),
        }
      : {}),
    ...(body
      ? {
          requestBody: {
            content: body === 'patch' ? contentOf(PATCH_TYPES, PATCH_NAME) : contentOf(['*/*'], body),
            ...(required ? { required } : {}),
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(operation.codes.map((code) => [code, ok])),
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.gvk,
  };
}

function pathParameter(name: string): JsonSchema {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}

/** Path of a group version in the index: "api/v1", "apis/apps/v1". */
export function openApiPathOf(of: { readonly group: string; readonly version: string }): string {
  return of.group === '' ? `api/${of.version}` : `apis/${of.group}/${of.version}`;
}

/** The document of one group version: all resources given must be of it. `custom` as in {@link componentsOf}. */
export function openApiV3Document(
  resources: readonly ResourceFacts[],
  options: { readonly gitVersion: string; readonly custom?: Readonly<Record<string, JsonSchema>> },
): object {
  const paths: Record<string, JsonSchema> = {};
  for (const { path, parameters, operations } of operationPathsOf(resources)) {
    const tag = `${resources[0]?.group.replace(/\.k8s\.io$/, '') || 'core'}_${resources[0]?.version}`;
    paths[path] = {
      ...Object.fromEntries(operations.map((operation) => [operation.method, operationDocument(operation, tag)])),
      parameters: [
        ...parameters.map(pathParameter),
        { name: 'pretty', in: 'query', schema: { type: 'string', uniqueItems: true } },
      ],
    };
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: options.gitVersion },
    paths,
    components: {
      schemas: componentsOf(resources, 3, options.custom ?? {}),
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  };
}

/** /openapi/v3. The hash in each address is a digest of the document's bytes, so that clients may keep it for ever. */
export function openApiV3Index(documents: readonly { readonly path: string; readonly hash: string }[]): object {
  return {
    paths: Object.fromEntries(
      documents.map(({ path, hash }) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]),
    ),
  };
}
