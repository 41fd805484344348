// Turns the schema trees of the facts into OpenAPI schemas, for version 3 and for version 2, which differ in where references stand.
import type { FieldSchema, Scalar, TypeSchema, ValueSchema } from '../schema/schema.ts';
import { SCALAR_NAMES, schemaNameOf } from './schema-names.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;
export type OpenApiVersion = 2 | 3;

const PLAIN: Readonly<Partial<Record<Scalar, JsonSchema>>> = {
  string: { type: 'string' },
  bytes: { type: 'string', format: 'byte' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
};

export const refPrefix = (version: OpenApiVersion) => (version === 3 ? '#/components/schemas/' : '#/definitions/');

/** The schemas of the scalars that have a name. */
export function scalarComponents(version: OpenApiVersion): Record<string, JsonSchema> {
  const three = version === 3;
  return {
    [SCALAR_NAMES.Quantity ?? '']: three ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' },
    [SCALAR_NAMES.IntOrString ?? '']: three
      ? { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }
      : { type: 'string', format: 'int-or-string' },
    [SCALAR_NAMES.Time ?? '']: { type: 'string', format: 'date-time' },
    [SCALAR_NAMES.MicroTime ?? '']: { type: 'string', format: 'date-time' },
  };
}

function valueSchema(value: ValueSchema, version: OpenApiVersion): JsonSchema {
  switch (value.kind) {
    case 'any':
      // Clients that draw a tree of fields take an empty schema of version 3 for a missing one.
      return version === 3 ? { 'x-kubernetes-preserve-unknown-fields': true } : {};
    case 'list':
      return { type: 'array', items: valueSchema(value.items, version) };
    case 'map':
      return { type: 'object', additionalProperties: valueSchema(value.values, version) };
    case 'object':
      return { $ref: refPrefix(version) + schemaNameOf(value.type.name) };
    case 'scalar':
      return PLAIN[value.scalar] ?? { $ref: refPrefix(version) + SCALAR_NAMES[value.scalar] };
  }
}

function fieldSchema(field: FieldSchema, version: OpenApiVersion): JsonSchema {
  const bare = valueSchema(field.value, version);
  const notes = {
    ...(field.default === undefined || version === 2 ? {} : { default: field.default }),
    ...(field.listType ? { 'x-kubernetes-list-type': field.listType } : {}),
    ...(field.listKeys ? { 'x-kubernetes-list-map-keys': field.listKeys } : {}),
    ...(field.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(field.granular ? { 'x-kubernetes-map-type': 'granular' } : {}),
    ...(field.mergeKey ? { 'x-kubernetes-patch-merge-key': field.mergeKey } : {}),
    ...(field.patchStrategy.length ? { 'x-kubernetes-patch-strategy': field.patchStrategy.join(',') } : {}),
  };
  // In version 3 nothing may stand beside a reference.
  if (version === 3 && '$ref' in bare) return { allOf: [bare], ...notes };
  return { ...bare, ...notes };
}

export function typeComponent(type: TypeSchema, version: OpenApiVersion): Record<string, unknown> {
  const properties: Record<string, JsonSchema> = {};
  for (const field of type.fields.values()) properties[field.name] = fieldSchema(field, version);
  return {
    type: 'object',
    ...(type.fields.size ? { properties } : {}),
    ...(type.required.length ? { required: [...type.required].sort() } : {}),
    ...(type.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

/** The schema of a list of a kind. */
export function listComponent(itemName: string, version: OpenApiVersion): Record<string, unknown> {
  const metadata = { $ref: `${refPrefix(version)}${schemaNameOf('meta.v1.ListMeta')}` };
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { $ref: refPrefix(version) + itemName } },
      kind: { type: 'string' },
      metadata: version === 3 ? { allOf: [metadata] } : metadata,
    },
  };
}
