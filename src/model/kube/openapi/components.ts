// The set of schemas that one document needs: every kind of its resources, their lists, and all that they refer to.
import type { ResourceFacts } from '../facts.ts';
import { schemaOf } from '../schema/parse.ts';
import type { TypeSchema, ValueSchema } from '../schema/schema.ts';
import { type JsonSchema, listComponent, type OpenApiVersion, scalarComponents, typeComponent } from './component.ts';
import { type GroupVersionKind, PATCH_NAME, schemaNameOf, subresourceType } from './schema-names.ts';

const GVK = 'x-kubernetes-group-version-kind';
const ALWAYS = ['meta.v1.DeleteOptions', 'meta.v1.Status', 'meta.v1.ListMeta'];

function reach(value: ValueSchema, reached: Map<string, TypeSchema>): void {
  if (value.kind === 'list') reach(value.items, reached);
  else if (value.kind === 'map') reach(value.values, reached);
  else if (value.kind === 'object') reachType(value.type, reached);
}

function reachType(type: TypeSchema | undefined, reached: Map<string, TypeSchema>): void {
  if (!type || reached.has(type.name)) return;
  reached.set(type.name, type);
  for (const field of type.fields.values()) reach(field.value, reached);
}

const isListed = (facts: ResourceFacts) => facts.verbs.includes('list');

/** Which kinds each type stands for, by type name. */
function kindsOf(resources: readonly ResourceFacts[]): Map<string, GroupVersionKind[]> {
  const kinds = new Map<string, GroupVersionKind[]>();
  const add = (type: string, kind: GroupVersionKind) => {
    const known = kinds.get(type) ?? [];
    if (!known.some((k) => k.group === kind.group && k.version === kind.version && k.kind === kind.kind))
      kinds.set(type, [...known, kind]);
  };
  for (const facts of resources) {
    const { group, version, kind } = facts;
    add(facts.type, { group, version, kind });
    add('meta.v1.DeleteOptions', { group, version, kind: 'DeleteOptions' });
    for (const sub of facts.subresources ?? [])
      add(subresourceType(facts, sub), {
        group: sub.group ?? group,
        version: sub.version ?? version,
        kind: sub.kind,
      });
  }
  add('meta.v1.Status', { group: '', version: 'v1', kind: 'Status' });
  return kinds;
}

/** `custom` are the schemas of types that the facts do not know, by type name. */
export function componentsOf(
  resources: readonly ResourceFacts[],
  version: OpenApiVersion,
  custom: Readonly<Record<string, JsonSchema>>,
): Record<string, JsonSchema> {
  const reached = new Map<string, TypeSchema>();
  const kinds = kindsOf(resources);
  for (const name of [...ALWAYS, ...kinds.keys()]) reachType(schemaOf(name), reached);
  const schemas: Record<string, JsonSchema> = { ...scalarComponents(version), [PATCH_NAME]: { type: 'object' } };
  for (const [name, type] of reached) {
    const of = kinds.get(name);
    schemas[schemaNameOf(name)] = { ...typeComponent(type, version), ...(of ? { [GVK]: of } : {}) };
  }
  for (const facts of resources) {
    const name = schemaNameOf(facts.type);
    const own = custom[facts.type];
    if (own) schemas[name] = { ...own, [GVK]: kinds.get(facts.type) };
    if (!isListed(facts)) continue;
    const kind = { group: facts.group, version: facts.version, kind: `${facts.kind}List` };
    schemas[`${name}List`] = { ...listComponent(name, version), [GVK]: [kind] };
  }
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}
