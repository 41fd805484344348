// Checks that an object has the structure of its type, and brings it into the form in which it is kept:
// unknown fields and nulls are removed, quantities and times are written in their canonical form.
// One walk over the object; paths are put together only for what is reported.
import { assert } from '#base';
import type { KubeObject, ResourceFacts } from '../facts.ts';
import { schemaOf } from '../schema/parse.ts';
import type { TypeSchema, ValueSchema } from '../schema/schema.ts';
import { checkScalar, jsonTypeOf } from './scalars.ts';

type Fields = Record<string, unknown>;

/** How a write treats fields that its type does not have. Source: Kubernetes API concepts, "Field validation". */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface StructureProblems {
  /** Paths of removed fields: "spec.containers[0].foo". Empty under Ignore. */
  readonly unknownFields: string[];
  /** Wrong types and unreadable values, in the words of upstream's decoder. Any of them makes the request a 400. */
  readonly errors: string[];
}

interface Walk extends StructureProblems {
  readonly collectUnknown: boolean;
  /** "spec", ".containers", "[0]" alternately; joined when something is reported. */
  readonly path: string[];
  /** The struct fields only, as upstream's messages name them. */
  readonly structPath: string[];
}

const GO_SCALARS: Readonly<Record<string, string>> = {
  boolean: 'bool',
  number: 'float64',
  bytes: '[]uint8',
  Quantity: 'resource.Quantity',
  IntOrString: 'intstr.IntOrString',
  Time: 'v1.Time',
  MicroTime: 'v1.MicroTime',
};

function goType(schema: ValueSchema): string {
  switch (schema.kind) {
    case 'scalar':
      return GO_SCALARS[schema.scalar] ?? schema.scalar;
    case 'any':
      return 'interface {}';
    case 'list':
      return `[]${goType(schema.items)}`;
    case 'map':
      return `map[string]${goType(schema.values)}`;
    case 'object':
      return schema.type.name.split('.').slice(1).join('.');
  }
}

function zeroOf(schema: ValueSchema): unknown {
  if (schema.kind === 'list') return [];
  if (schema.kind !== 'scalar') return {};
  if (schema.scalar === 'boolean') return false;
  return ['int32', 'int64', 'number', 'IntOrString'].includes(schema.scalar) ? 0 : '';
}

function reportMismatch(walk: Walk, owner: TypeSchema, schema: ValueSchema, found: string): void {
  const struct = owner.name.slice(owner.name.lastIndexOf('.') + 1);
  walk.errors.push(
    `json: cannot unmarshal ${found} into Go struct field ${struct}.${walk.structPath.join('.')} of type ${goType(schema)}`,
  );
}

/** The value to keep; undefined keeps it as it stands. */
function walkValue(walk: Walk, owner: TypeSchema, schema: ValueSchema, value: unknown): unknown {
  if (schema.kind === 'any') return undefined;
  if (schema.kind === 'scalar') {
    const verdict = checkScalar(schema.scalar, value);
    if (verdict.kind === 'value') return verdict.value;
    if (verdict.kind === 'mismatch') reportMismatch(walk, owner, schema, verdict.found);
    else walk.errors.push(verdict.message);
    return undefined;
  }
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || isList !== (schema.kind === 'list')) {
    reportMismatch(walk, owner, schema, jsonTypeOf(value));
    return undefined;
  }
  if (schema.kind === 'object') walkObject(walk, schema.type, value as Fields);
  else if (schema.kind === 'list') walkList(walk, owner, schema.items, value as unknown[]);
  else walkMap(walk, owner, schema.values, value as Fields);
  return undefined;
}

function walkList(walk: Walk, owner: TypeSchema, items: ValueSchema, list: unknown[]): void {
  for (let i = 0; i < list.length; i++) {
    if (list[i] === null) {
      if (items.kind !== 'any') list[i] = zeroOf(items);
      continue;
    }
    walk.path.push(`[${i}]`);
    const kept = walkValue(walk, owner, items, list[i]);
    if (kept !== undefined) list[i] = kept;
    walk.path.pop();
  }
}

function walkMap(walk: Walk, owner: TypeSchema, values: ValueSchema, map: Fields): void {
  for (const key in map) {
    const value = map[key];
    if (value === null) {
      if (values.kind !== 'any') map[key] = zeroOf(values);
      continue;
    }
    walk.path.push(`.${key}`);
    const kept = walkValue(walk, owner, values, value);
    if (kept !== undefined) map[key] = kept;
    walk.path.pop();
  }
}

function walkObject(walk: Walk, type: TypeSchema, object: Fields): void {
  for (const key in object) {
    const value = object[key];
    const field = type.fields.get(key);
    if (field === undefined) {
      if (walk.collectUnknown) walk.unknownFields.push(`${walk.path.join('')}.${key}`.slice(1));
      delete object[key];
      continue;
    }
    if (value === null || value === undefined) {
      if (field.value.kind !== 'any') delete object[key];
      continue;
    }
    walk.path.push(`.${key}`);
    walk.structPath.push(key);
    const kept = walkValue(walk, type, field.value, value);
    if (kept !== undefined) object[key] = kept;
    walk.structPath.pop();
    walk.path.pop();
  }
}

/** Checks and, in place, prunes and normalizes an object of a named type. The object must be the caller's own. */
export function checkTypeStructure(
  typeName: string,
  object: object,
  options: { readonly fieldValidation: FieldValidation },
): StructureProblems {
  const type = schemaOf(typeName);
  assert(type, `the facts know the type ${typeName}`);
  const walk: Walk = {
    unknownFields: [],
    errors: [],
    collectUnknown: options.fieldValidation !== 'Ignore',
    path: [],
    structPath: [],
  };
  walkObject(walk, type, object as Fields);
  return walk;
}

/** {@link checkTypeStructure} for an object of a resource. */
export function checkStructure(
  resource: Pick<ResourceFacts, 'type'>,
  object: KubeObject,
  options: { readonly fieldValidation: FieldValidation },
): StructureProblems {
  return checkTypeStructure(resource.type, object, options);
}

/** The message of the 400 that answers an object of the wrong structure, or unknown fields under Strict. */
export function structureMessage(
  resource: Pick<ResourceFacts, 'kind' | 'version'>,
  problems: { readonly errors: readonly string[]; readonly strict: readonly string[] },
): string {
  const reason = problems.errors[0] ?? `strict decoding error: ${problems.strict.join(', ')}`;
  return `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: ${reason}`;
}
