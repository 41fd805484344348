// Fills in the defaults that the schema itself carries.
// Types from which no default can be reached are found once and never walked, so most objects cost nothing here.
import { memo, once } from '#base';
import type { TypeSchema, ValueSchema } from '../schema/schema.ts';

type Fields = Record<string, unknown>;

function carriesDefault(value: ValueSchema, seen: Set<TypeSchema>): boolean {
  if (value.kind === 'list') return carriesDefault(value.items, seen);
  if (value.kind === 'map') return carriesDefault(value.values, seen);
  if (value.kind !== 'object' || seen.has(value.type)) return false;
  seen.add(value.type);
  for (const field of value.type.fields.values())
    if (field.default !== undefined || carriesDefault(field.value, seen)) return true;
  return false;
}

interface DefaultPlan {
  readonly own: readonly { readonly name: string; readonly value: unknown }[];
  readonly nested: readonly { readonly name: string; readonly value: ValueSchema }[];
}

const planOf = once(() =>
  memo((type: TypeSchema): DefaultPlan => {
    const fields = [...type.fields.values()];
    return {
      own: fields.filter((f) => f.default !== undefined).map((f) => ({ name: f.name, value: f.default })),
      nested: fields
        .filter((f) => f.name !== 'metadata' && carriesDefault(f.value, new Set()))
        .map((f) => ({ name: f.name, value: f.value })),
    };
  }),
);

function fillValue(schema: ValueSchema, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (schema.kind === 'object') applySchemaDefaults(schema.type, value as Fields);
  else if (schema.kind === 'list' && Array.isArray(value)) for (const item of value) fillValue(schema.items, item);
  else if (schema.kind === 'map') for (const key in value) fillValue(schema.values, (value as Fields)[key]);
}

/** Sets, in place, every absent field that has a default in the schema. Defaults are scalars. */
export function applySchemaDefaults(type: TypeSchema, object: Fields): void {
  const plan = planOf()(type);
  for (const { name, value } of plan.own) object[name] ??= value;
  for (const { name, value } of plan.nested) if (object[name] !== undefined) fillValue(value, object[name]);
}
