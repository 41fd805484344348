// Strategic merge patch: a merge patch that knows the types, so that lists merge by a key of their items.
// Source: Kubernetes documentation, "Strategic Merge Patch" (sig-api-machinery). What the patch does not name is
// shared with the object given, which stays as it is.
import type { FieldSchema, TypeSchema, ValueSchema } from '../schema/schema.ts';
import { identityBy, orderElements } from './element-order.ts';
import { isObject, type JsonObject, jsonEqual, setOwn } from './json.ts';
import { DEPTH_MAX } from './limits.ts';
import { badPatch, PatchRefused, unfitPatch } from './refused.ts';
import { dataOf } from './strategic-data.ts';
import {
  DELETE_FROM,
  DIRECTIVE,
  directiveList,
  directiveOf,
  isDirective,
  retainKeys,
  SET_ORDER,
} from './strategic-directives.ts';
import { type TypeReference, typeOf } from './type-reference.ts';

/** What is known of the values of a map: a struct's fields, or one schema for all. */
type Known = { readonly type: TypeSchema } | { readonly values: ValueSchema } | undefined;

/** Where the merge is: what is known of the map it is in, and how deep that stands. */
interface Level {
  readonly known: Known;
  readonly depth: number;
}

function knownOf(value: ValueSchema | undefined): Known {
  if (value?.kind === 'object') return { type: value.type };
  return value?.kind === 'map' ? { values: value.values } : undefined;
}

function fieldOf(known: Known, key: string): { value?: ValueSchema; field?: FieldSchema } {
  if (!known) return {};
  if ('values' in known) return { value: known.values };
  const field = known.type.fields.get(key);
  return field ? { value: field.value, field } : {};
}

const merges = (field: FieldSchema | undefined): boolean => field?.patchStrategy.includes('merge') ?? false;

/** The items of `original` and those of `patch`, each once. */
function unionOfScalars(original: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return [...new Set([...original, ...patch])];
}

function keyOf(item: JsonObject, mergeKey: string): unknown {
  const key = item[mergeKey];
  if (key === undefined)
    throw unfitPatch(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  return key;
}

/** Merges a list of objects by a key, obeying `$patch` items. */
function mergeObjects(
  original: readonly unknown[],
  patch: readonly unknown[],
  field: FieldSchema,
  depth: number,
): unknown[] {
  const { mergeKey } = field;
  if (mergeKey === undefined) throw unfitPatch(`cannot merge lists without merge key for ${field.name}`);
  const items = field.value.kind === 'list' ? field.value.items : undefined;
  let result = [...original];
  const additions: JsonObject[] = [];
  let replaced = false;
  for (const item of patch) {
    if (!isObject(item)) throw unfitPatch(`expected an object in the list ${field.name}`);
    const directive = directiveOf(item);
    if (directive === 'merge') throw badPatch('patch type merge is not possible for the items of a list');
    if (directive === 'replace') replaced = true;
    else if (directive === 'delete') {
      const key = keyOf(item, mergeKey);
      result = result.filter((old) => !isObject(old) || !jsonEqual(old[mergeKey], key));
    } else additions.push(item);
  }
  if (replaced) return additions.map(dataOf);
  for (const item of additions) {
    const key = keyOf(item, mergeKey);
    const at = result.findIndex((old) => isObject(old) && jsonEqual(old[mergeKey], key));
    if (at < 0) result.push(dataOf(item));
    else result[at] = mergeMap(result[at] as JsonObject, item, { known: knownOf(items), depth: depth + 1 });
  }
  return result;
}

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  field: FieldSchema,
  depth: number,
): unknown[] {
  const sample = patch.find((item) => item !== null) ?? original[0];
  if (Array.isArray(sample)) throw unfitPatch('lists of lists are not supported');
  const merged = isObject(sample) ? mergeObjects(original, patch, field, depth) : unionOfScalars(original, patch);
  return orderElements(merged, patch, original, identityBy(isObject(sample) ? field.mergeKey : undefined));
}

/** The items of a patch for an ordered list must stand in the order that it sets. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  const identity = identityBy(mergeKey);
  let from = 0;
  for (const item of patch) {
    if (isObject(item) && item[DIRECTIVE] !== undefined) continue;
    const at = order.findIndex((wanted, i) => i >= from && jsonEqual(identity(wanted), identity(item)));
    if (at < 0) throw badPatch("the order in patch list doesn't match $setElementOrder list");
    from = at + 1;
  }
}

/** The list under `key`, merged with its part of the patch, in the order that `$setElementOrder/key` sets. */
function mergeOrdered(result: JsonObject, patch: JsonObject, key: string, { known, depth }: Level): void {
  const order = directiveList(patch[SET_ORDER + key], 'setElementOrder');
  const { field } = fieldOf(known, key);
  const before = Array.isArray(result[key]) ? (result[key] as unknown[]) : undefined;
  const change = Array.isArray(patch[key]) ? (patch[key] as unknown[]) : undefined;
  const ofObjects = isObject(order[0] ?? before?.[0] ?? change?.[0]);
  const mergeKey = ofObjects ? field?.mergeKey : undefined;
  if (change) checkOrder(change, order, mergeKey);
  const merged = before && change && field && merges(field) ? mergeList(before, change, field, depth) : undefined;
  const list = merged ?? (change ? (dataOf(change) as unknown[]) : before);
  if (list) result[key] = orderElements(list, order, before ?? [], identityBy(mergeKey));
}

function mergeValue(old: unknown, value: unknown, key: string, { known, depth }: Level): unknown {
  const { value: schema, field } = fieldOf(known, key);
  if (isObject(old) && isObject(value)) {
    if (field?.patchStrategy.includes('replace')) return dataOf(value);
    return mergeMap(old, value, { known: knownOf(schema), depth: depth + 1 });
  }
  if (Array.isArray(old) && Array.isArray(value) && field && merges(field)) return mergeList(old, value, field, depth);
  return dataOf(value);
}

function mergeMap(original: JsonObject, patch: JsonObject, level: Level): JsonObject {
  if (level.depth > DEPTH_MAX) throw badPatch(`nested deeper than ${DEPTH_MAX} levels`);
  const directive = directiveOf(patch);
  if (directive === 'delete') return {};
  if (directive === 'replace') return dataOf(patch) as JsonObject;
  const result = { ...retainKeys(original, patch) };
  for (const key of Object.keys(patch)) {
    if (key.startsWith(DELETE_FROM)) {
      const gone = new Set(directiveList(patch[key], 'primitive'));
      const name = key.slice(DELETE_FROM.length);
      const old = result[name];
      if (Array.isArray(old)) result[name] = old.filter((item) => !gone.has(item));
    } else if (key.startsWith(SET_ORDER)) mergeOrdered(result, patch, key.slice(SET_ORDER.length), level);
  }
  for (const key of Object.keys(patch)) {
    if (isDirective(key) || (Object.hasOwn(patch, SET_ORDER + key) && Array.isArray(patch[key]))) continue;
    const value = patch[key];
    if (value === null || value === undefined) delete result[key];
    else if (Object.hasOwn(result, key)) setOwn(result, key, mergeValue(result[key], value, key, level));
    else setOwn(result, key, dataOf(value));
  }
  return result;
}

/**
 * The object after the patch. `type` is a type of the facts ("core.v1.Pod") or its schema.
 * Throws {@link PatchRefused}: 400 for a patch that makes no sense, 415 for a kind without a schema, 422 for one that does not fit.
 */
export function applyStrategicMergePatch<T>(object: T, patch: unknown, type: TypeReference): T {
  const schema = typeOf(type);
  if (!schema)
    throw new PatchRefused(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    );
  if (!isObject(patch)) throw badPatch('invalid JSON document');
  return mergeMap(object as JsonObject, patch, { known: { type: schema }, depth: 0 }) as T;
}
