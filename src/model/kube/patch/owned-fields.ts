// The fields of a value as a set, in two readings. `declared` is what an applied configuration lays claim to: its leaves,
// its items, its map entries. `added` is what a write brings into being: every node that was not there before.
import { type FieldSet, isEmptySet, MEMBER } from './field-set.ts';
import { isObject, type JsonObject } from './json.ts';
import { itemElement } from './path-element.ts';
import { fieldOfStruct, type Shape } from './shape.ts';

type Reading = 'declared' | 'added';
type Building = { [element: string]: FieldSet };

/**
 * The node of a value; undefined when there is nothing to own. `member` says whether the node itself is owned,
 * besides what is below it.
 */
export function nodeOf(value: unknown, shape: Shape, reading: Reading, member: boolean): FieldSet | undefined {
  // Where a schema knows the field, null is the same as nothing, and brings nothing into being.
  if (value === null && reading === 'added' && shape.kind !== 'deduced') return undefined;
  switch (shape.kind) {
    case 'untracked':
      return undefined;
    case 'leaf':
      return MEMBER;
    case 'struct':
    case 'map':
    case 'deduced':
      return isObject(value) ? objectNode(value, shape, reading, member) : MEMBER;
    default:
      return Array.isArray(value) ? listNode(value, shape, reading, member) : MEMBER;
  }
}

function objectNode(
  value: JsonObject,
  shape: Shape & { kind: 'struct' | 'map' | 'deduced' },
  reading: Reading,
  member: boolean,
): FieldSet | undefined {
  const node: Building = {};
  if (member) node['.'] = MEMBER;
  let size = 0;
  for (const key in value) {
    const child = value[key];
    if (child === undefined) continue;
    size++;
    let below: FieldSet | undefined;
    if (shape.kind === 'struct') {
      const field = fieldOfStruct(shape, key);
      const named = shape.fields.has(key);
      below = nodeOf(child, field.shape, reading, reading === 'added' ? member || !field.always : !named);
    } else below = nodeOf(child, shape.kind === 'map' ? shape.values : shape, reading, true);
    if (below) node[`f:${key}`] = below;
  }
  // An empty object is claimed by whoever writes it, unless it is always there.
  if (size === 0) return member || reading === 'declared' ? MEMBER : undefined;
  return isEmptySet(node) ? undefined : node;
}

function listNode(
  list: readonly unknown[],
  shape: Shape & { kind: 'keyed' | 'set' },
  reading: Reading,
  member: boolean,
): FieldSet | undefined {
  // An applied list without items lays claim to nothing.
  if (list.length === 0) return member && reading === 'added' ? MEMBER : undefined;
  const node: Building = {};
  if (member && reading === 'added') node['.'] = MEMBER;
  for (let i = 0; i < list.length; i++) {
    const element = itemElement(shape, list[i], i);
    // Items that cannot be told apart are owned together, as wholes.
    if (element in node) node[element] = MEMBER;
    else node[element] = shape.kind === 'set' ? MEMBER : (nodeOf(list[i], shape.items, reading, true) ?? MEMBER);
  }
  return node;
}

/** The set of a whole object. */
export function fieldsOf(object: unknown, root: Shape, reading: Reading): FieldSet {
  return nodeOf(object, root, reading, false) ?? {};
}
