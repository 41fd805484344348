// The directives of strategic merge patch: keys of a patch that are orders, not data.
// Source: Kubernetes documentation, "Strategic Merge Patch" (sig-api-machinery).
import { type JsonObject, setOwn } from './json.ts';
import { badPatch } from './refused.ts';

export const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
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
