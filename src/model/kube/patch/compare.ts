// Compares two states of an object by the shape of its type: which fields came, went, changed.
// The order of the items of keyed lists and sets is no difference. Equal parts cost a walk and no memory.
import { type FieldSet, MEMBER } from './field-set.ts';
import { isObject, type JsonObject, jsonEqual } from './json.ts';
import { nodeOf } from './owned-fields.ts';
import { itemsByElement } from './path-element.ts';
import { type FieldShape, fieldOfStruct, type Shape, type StructShape } from './shape.ts';

/** Undefined parts are empty sets. */
export interface Comparison {
  added?: FieldSet;
  removed?: FieldSet;
  modified?: FieldSet;
}

type Building = { [element: string]: FieldSet };
const PARTS = ['added', 'removed', 'modified'] as const;
const CHANGED: Comparison = { modified: MEMBER };

/** Collects the comparisons of children into that of their parent. */
function put(into: Comparison | undefined, element: string, child: Comparison | undefined): Comparison | undefined {
  if (!child) return into;
  const result: Comparison = into ?? {};
  for (const part of PARTS) {
    const node = child[part];
    if (!node) continue;
    result[part] ??= {};
    (result[part] as Building)[element] = node;
  }
  return result;
}

function oneSided(part: 'added' | 'removed', value: unknown, field: FieldShape): Comparison | undefined {
  const node = nodeOf(value, field.shape, 'added', !field.always);
  return node ? { [part]: node } : undefined;
}

function compareField(before: unknown, after: unknown, field: FieldShape): Comparison | undefined {
  if (before === after || field.shape.kind === 'untracked') return undefined;
  if (before === undefined) return oneSided('added', after, field);
  if (after === undefined) return oneSided('removed', before, field);
  return compareNode(before, after, field.shape);
}

const childField = (shape: Shape, key: string): FieldShape => {
  if (shape.kind === 'struct') return fieldOfStruct(shape, key);
  return { shape: shape.kind === 'map' ? shape.values : shape, always: false };
};

function compareObjects(before: JsonObject, after: JsonObject, shape: Shape): Comparison | undefined {
  let result: Comparison | undefined;
  for (const key in before) {
    if (before[key] === after[key]) continue;
    result = put(result, `f:${key}`, compareField(before[key], after[key], childField(shape, key)));
  }
  for (const key in after)
    if (before[key] === undefined && after[key] !== undefined)
      result = put(result, `f:${key}`, compareField(undefined, after[key], childField(shape, key)));
  return result;
}

function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  shape: Shape & { kind: 'keyed' | 'set' },
): Comparison | undefined {
  const old = itemsByElement(shape, before);
  const now = itemsByElement(shape, after);
  const field: FieldShape = { shape: shape.kind === 'keyed' ? shape.items : { kind: 'leaf' }, always: false };
  let result: Comparison | undefined;
  for (const [element, item] of old) result = put(result, element, compareField(item, now.get(element), field));
  for (const [element, item] of now)
    if (!old.has(element)) result = put(result, element, compareField(undefined, item, field));
  return result;
}

/** Null stands for the empty container where the other side is one. */
function compareContainers(before: unknown, after: unknown, shape: Shape): Comparison | undefined | 'leaf' {
  if (shape.kind === 'keyed' || shape.kind === 'set') {
    const old = before ?? [];
    const now = after ?? [];
    if (!Array.isArray(old) || !Array.isArray(now) || (old.length === 0 && now.length === 0)) return 'leaf';
    return compareLists(old, now, shape);
  }
  if (shape.kind === 'deduced' && !(isObject(before) && isObject(after))) return 'leaf';
  const old = before ?? {};
  const now = after ?? {};
  return isObject(old) && isObject(now) ? compareObjects(old, now, shape) : 'leaf';
}

function compareNode(before: unknown, after: unknown, shape: Shape): Comparison | undefined {
  const parts = shape.kind === 'leaf' ? 'leaf' : compareContainers(before, after, shape);
  if (parts !== 'leaf') return parts;
  return jsonEqual(before, after) ? undefined : CHANGED;
}

/** What is different between two states of an object; undefined when nothing is. No `before` is the empty object. */
export function compareObjectsOf(before: unknown, after: unknown, root: StructShape): Comparison | undefined {
  if (before === undefined || before === null) {
    const added = nodeOf(after, root, 'added', false);
    return added ? { added } : undefined;
  }
  return compareNode(before, after, root);
}
