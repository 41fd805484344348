// JSON merge patch (RFC 7386): an object laid over another; null removes, everything but objects replaces.
import { isObject, type JsonObject, jsonCopy, setOwn } from './json.ts';
import { DEPTH_MAX } from './limits.ts';
import { badPatch } from './refused.ts';

function merged(target: unknown, patch: unknown, depth: number): unknown {
  if (!isObject(patch)) return jsonCopy(patch, depth);
  if (depth > DEPTH_MAX) throw badPatch(`nested deeper than ${DEPTH_MAX} levels`);
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null || value === undefined) delete result[key];
    else setOwn(result, key, merged(Object.hasOwn(result, key) ? result[key] : undefined, value, depth + 1));
  }
  return result;
}

/** The object after the patch; what the patch does not name is shared with the object given. Throws PatchRefused 400. */
export function applyMergePatch<T>(object: T, patch: unknown): T {
  if (!isObject(patch)) throw badPatch('error decoding patch: a merge patch must be an object');
  return merged(object, patch, 0) as T;
}
