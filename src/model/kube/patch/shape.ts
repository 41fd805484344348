// How the fields of an object are owned: the schema of a type, boiled down to what merging and ownership ask.
// A leaf is owned as a whole (scalars, atomic lists and maps); a struct, a map, a keyed list and a set are owned part
// by part. Where no schema is known the shape is deduced from the value: objects by part, all else as a whole.
// Source: Kubernetes API concepts, "Server-Side Apply" (Merge strategy) and x-kubernetes-list-type, map-type.
import { once } from '#base';
import { schemaOf } from '../schema/parse.ts';
import type { FieldSchema, TypeSchema, ValueSchema } from '../schema/schema.ts';
import { isBuiltIn, type TypeReference, typeOf } from './type-reference.ts';

export interface StructShape {
  readonly kind: 'struct';
  readonly fields: ReadonlyMap<string, FieldShape>;
  /** Shape of fields that the schema does not name. */
  readonly rest: Shape;
}

export type Shape =
  | { readonly kind: 'leaf' }
  | StructShape
  | { readonly kind: 'map'; readonly values: Shape }
  | {
      readonly kind: 'keyed';
      readonly keys: readonly string[];
      readonly defaults: Readonly<Record<string, unknown>>;
      readonly items: Shape;
    }
  | { readonly kind: 'set' }
  | { readonly kind: 'deduced' }
  /** Never owned by anybody: name, resourceVersion, managedFields itself. */
  | { readonly kind: 'untracked' };

export interface FieldShape {
  readonly shape: Shape;
  /** Present in every object of the type, even when not written: nobody owns that it is there. */
  readonly always: boolean;
}

const LEAF: Shape = { kind: 'leaf' };
const SET: Shape = { kind: 'set' };
const UNTRACKED: Shape = { kind: 'untracked' };
const DEDUCED: Shape = { kind: 'deduced' };
const UNTRACKED_METADATA = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

// Struct fields that are part of their parent rather than optional, as the OpenAPI documents show by a default of {}.
const ALWAYS: ReadonlySet<string> = new Set(
  `acceptedNames daemonEndpoints devices jobTemplate kubeletEndpoint lastState limitResponse loadBalancer metadata names
  nodeInfo pool priorityLevelConfiguration resources source spec state status strategy template updateStrategy`.split(
    /\s+/,
  ),
);

interface Shapes {
  readonly structs: WeakMap<TypeSchema, StructShape>;
  readonly roots: WeakMap<TypeSchema, StructShape>;
}

const shapes = once((): Shapes => ({ structs: new WeakMap(), roots: new WeakMap() }));

/** `any`: the shape of free JSON, owned as a whole in built-in types, by part in custom resources. */
function valueShape(value: ValueSchema, any: Shape): Shape {
  switch (value.kind) {
    case 'object':
      return value.type.atomic ? LEAF : structShape(value.type);
    case 'map':
      return { kind: 'map', values: valueShape(value.values, any) };
    case 'any':
      return any;
    default:
      return LEAF;
  }
}

function listShape(field: FieldSchema, items: ValueSchema): Shape {
  if (field.listType === 'set') return SET;
  if (field.listType !== 'map' || items.kind !== 'object') return LEAF;
  const keys = [...(field.listKeys ?? [])].sort();
  const defaults: Record<string, unknown> = {};
  for (const key of keys) {
    const value = items.type.fields.get(key)?.default;
    if (value !== undefined) defaults[key] = value;
  }
  return { kind: 'keyed', keys, defaults, items: structShape(items.type) };
}

function fieldShape(field: FieldSchema, any: Shape): FieldShape {
  if (field.atomic) return { shape: LEAF, always: false };
  if (field.granular && field.value.kind === 'object') return { shape: structShape(field.value.type), always: false };
  if (field.value.kind === 'list') return { shape: listShape(field, field.value.items), always: field.required };
  return { shape: valueShape(field.value, any), always: field.value.kind === 'object' && ALWAYS.has(field.name) };
}

function structShape(type: TypeSchema): StructShape {
  const known = shapes().structs.get(type);
  if (known) return known;
  const fields = new Map<string, FieldShape>();
  const shape: StructShape = { kind: 'struct', fields, rest: DEDUCED };
  // Known before its fields are, because types refer to themselves.
  shapes().structs.set(type, shape);
  const any = isBuiltIn(type) ? LEAF : DEDUCED;
  for (const [name, field] of type.fields) fields.set(name, fieldShape(field, any));
  return shape;
}

const metadataShape = once((): FieldShape => {
  const type = schemaOf('meta.v1.ObjectMeta');
  const fields = new Map(type ? structShape(type).fields : []);
  for (const name of UNTRACKED_METADATA) fields.set(name, { shape: UNTRACKED, always: true });
  return { shape: { kind: 'struct', fields, rest: DEDUCED }, always: true };
});

function rootOf(fields: Iterable<readonly [string, FieldShape]>): StructShape {
  const all = new Map(fields);
  all.set('apiVersion', { shape: UNTRACKED, always: true });
  all.set('kind', { shape: UNTRACKED, always: true });
  all.set('metadata', metadataShape());
  return { kind: 'struct', fields: all, rest: DEDUCED };
}

const deducedRoot = once(() => rootOf([]));

/** The shape of a whole object of this type: its identity is untracked, the rest as the schema says. */
export function rootShape(type: TypeReference): StructShape {
  const schema = typeOf(type);
  if (!schema) return deducedRoot();
  let shape = shapes().roots.get(schema);
  if (!shape) {
    shape = rootOf(structShape(schema).fields);
    shapes().roots.set(schema, shape);
  }
  return shape;
}

const RARE: FieldShape = { shape: DEDUCED, always: false };

/** What is known of one field of a struct. */
export function fieldOfStruct(shape: StructShape, name: string): FieldShape {
  return shape.fields.get(name) ?? RARE;
}
