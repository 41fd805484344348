// The directives of strategic merge patch: keys of a patch that are orders, not data.
// Source: Kubernetes documentation, "Strategic Merge Patch" (sig-api-machinery).
import { isObject, type JsonObject, setOwn } from './json.ts';
import { badPatch } from './refused.ts';

export const DIRECTIVE = '$patch';
export const RETAIN_KEYS = '$retainKeys';
export const DELETE_FROM = '$deleteFromPrimitiveList/';
export const SET_ORDER = '$setElementOrder/';

export function isDirective(key: string): boolean {
  return (
    key.charCodeAt(0) === 36 &&
    (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER))
  );
}

/** What `$patch` orders for a map: "replace", "delete" or "merge"; undefined when it says nothing. */
export function directiveOf(patch: JsonObject): string | undefined {
  const directive = patch[DIRECTIVE];
  if (directive === undefined) return undefined;
  if (directive !== 'replace' && directive !== 'delete' && directive !== 'merge')
    throw badPatch(`unknown patch type found: ${JSON.stringify(directive)}`);
  return directive;
}

function dataOfList(list: readonly unknown[]): unknown[] {
  const data: unknown[] = [];
  for (const item of list) if (!isObject(item) || item[DIRECTIVE] === undefined) data.push(dataOf(item));
  return data;
}

/** A value that goes in where nothing was before: without directives, and without the nulls that would remove. */
export function dataOf(value: unknown): unknown {
  if (Array.isArray(value)) return dataOfList(value);
  if (!isObject(value)) return value;
  const data: JsonObject = {};
  for (const key of Object.keys(value))
    if (value[key] !== null && !isDirective(key)) setOwn(data, key, dataOf(value[key]));
  return data;
}

/** A list that stands under a directive's key. */
export function directiveList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badPatch(`invalid patch format of ${what} list`);
  return value;
}

/** Keeps of `target` only what `$retainKeys` lists; the patch may set no other key. */
export function retainKeys(target: JsonObject, patch: JsonObject): JsonObject {
  const value = patch[RETAIN_KEYS];
  if (value === undefined) return target;
  const kept = new Set(directiveList(value, 'retainKeys'));
  for (const key of Object.keys(patch))
    if (!isDirective(key) && !kept.has(key) && patch[key] !== null)
      throw badPatch('invalid patch format of retainKeys');
  const result: JsonObject = {};
  for (const key of Object.keys(target)) if (kept.has(key)) setOwn(result, key, target[key]);
  return result;
}
