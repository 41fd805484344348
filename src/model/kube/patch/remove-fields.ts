// Takes a set of fields out of an object; what is left empty by that goes too.
import { type FieldSet, isMember } from './field-set.ts';
import { isObject, type JsonObject, setOwn } from './json.ts';
import { itemElement } from './path-element.ts';
import { fieldOfStruct, type Shape } from './shape.ts';

function removeFromMap(value: JsonObject, set: FieldSet, shape: Shape): JsonObject | undefined {
  const result: JsonObject = {};
  let left = 0;
  for (const key of Object.keys(value)) {
    const node = set[`f:${key}`];
    if (node && isMember(node)) continue;
    const below =
      shape.kind === 'struct' ? fieldOfStruct(shape, key).shape : shape.kind === 'map' ? shape.values : shape;
    const child = node ? removeFields(value[key], node, below) : value[key];
    if (child === undefined) continue;
    setOwn(result, key, child);
    left++;
  }
  return left > 0 ? result : undefined;
}

function removeFromList(
  list: readonly unknown[],
  set: FieldSet,
  shape: Shape & { kind: 'keyed' | 'set' },
): unknown[] | undefined {
  const result: unknown[] = [];
  for (let i = 0; i < list.length; i++) {
    const node = set[itemElement(shape, list[i], i)];
    if (!node) result.push(list[i]);
    else if (!isMember(node) && shape.kind === 'keyed') result.push(removeFields(list[i], node, shape.items) ?? {});
  }
  return result.length > 0 ? result : undefined;
}

/** The value without the fields; undefined when nothing is left of it. */
export function removeFields(value: unknown, set: FieldSet, shape: Shape): unknown {
  if (shape.kind === 'keyed' || shape.kind === 'set')
    return Array.isArray(value) && value.length > 0 ? removeFromList(value, set, shape) : value;
  if (shape.kind === 'leaf' || shape.kind === 'untracked') return value;
  return isObject(value) && Object.keys(value).length > 0 ? removeFromMap(value, set, shape) : value;
}

/** The set, with every named field of a struct that has members below it as a member too. */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  const result: { [element: string]: FieldSet } = {};
  for (const element in set) {
    if (element === '.') {
      result['.'] = set['.'] as FieldSet;
      continue;
    }
    const node = set[element] as FieldSet;
    let below: Shape = { kind: 'deduced' };
    let named = false;
    if (element.startsWith('f:')) {
      const name = element.slice(2);
      if (shape.kind === 'struct') {
        named = shape.fields.has(name);
        below = fieldOfStruct(shape, name).shape;
      } else if (shape.kind === 'map') below = shape.values;
    } else if (shape.kind === 'keyed') below = shape.items;
    const inner = withNamedFields(node, below);
    result[element] = named && !isMember(node) ? { '.': {}, ...inner } : inner;
  }
  return result;
}
