// JSON values as the patches see them: told apart, compared, copied.
import { DEPTH_MAX } from './limits.ts';
import { badPatch } from './refused.ts';

export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function arraysEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!jsonEqual(a[i], b[i])) return false;
  return true;
}

/** Deep equality of JSON; the order of keys does not matter, a key whose value is undefined is absent. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && arraysEqual(a, b);
  if (Array.isArray(b)) return false;
  const left = a as JsonObject;
  const right = b as JsonObject;
  let present = 0;
  for (const key in left) {
    if (left[key] === undefined) continue;
    if (!jsonEqual(left[key], right[key])) return false;
    present++;
  }
  for (const key in right) if (right[key] !== undefined) present--;
  return present === 0;
}

/** A deep copy. Refuses nesting beyond the limit. */
export function jsonCopy<T>(value: T, depth = 0): T {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) throw badPatch(`nested deeper than ${DEPTH_MAX} levels`);
  if (Array.isArray(value)) return value.map((item) => jsonCopy(item, depth + 1)) as T;
  const copy: JsonObject = {};
  for (const key in value) setOwn(copy, key, jsonCopy((value as JsonObject)[key], depth + 1));
  return copy as T;
}

/** Sets a key as data, also the key `__proto__`. */
export function setOwn(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
