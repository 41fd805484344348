// Path elements of FieldsV1: how a field or an item of a list is named in managedFields and in messages.
import { isObject, type JsonObject } from './json.ts';
import type { Shape } from './shape.ts';

/** Names the item of a set or keyed list; an item without any of its keys goes by its place. */
export function itemElement(shape: Shape & { kind: 'keyed' | 'set' }, item: unknown, index: number): string {
  if (shape.kind === 'set') return `v:${JSON.stringify(item)}`;
  if (!isObject(item)) return `i:${index}`;
  let text = '';
  for (const key of shape.keys) {
    const value = item[key] ?? shape.defaults[key];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return text === '' ? `i:${index}` : `k:{${text}}`;
}

/** The items of a list by their elements; of items that go by the same element the first counts. */
export function itemsByElement(
  shape: Shape & { kind: 'keyed' | 'set' },
  list: readonly unknown[],
): Map<string, unknown> {
  const items = new Map<string, unknown>();
  for (let i = 0; i < list.length; i++) {
    const element = itemElement(shape, list[i], i);
    if (!items.has(element)) items.set(element, list[i]);
  }
  return items;
}

function sortedKeys(keys: JsonObject): string {
  const parts = Object.keys(keys)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(keys[key])}`);
  return `{${parts.join(',')}}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The element in the one form that this room writes; undefined when it is none. */
export function canonicalElement(element: string): string | undefined {
  const rest = element.slice(2);
  if (element === '.' || element.startsWith('f:')) return element;
  if (element.startsWith('i:')) return /^-?[0-9]{1,10}$/.test(rest) ? element : undefined;
  const value = parsed(rest);
  if (element.startsWith('v:')) return value === undefined ? undefined : `v:${JSON.stringify(value)}`;
  return element.startsWith('k:') && isObject(value) ? `k:${sortedKeys(value)}` : undefined;
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('i:')) return `[${rest}]`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = parsed(rest);
  if (!isObject(keys)) return `[${rest}]`;
  return `[${Object.keys(keys)
    .map((key) => `${key}=${JSON.stringify(keys[key])}`)
    .join(',')}]`;
}

/** A path as messages print it: `.spec.containers[name="web"].image`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}
