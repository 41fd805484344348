// Merge patch (RFC 7386), and a light form of strategic merge patch: lists of objects are merged by `type`, `uid` or `name`.

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function mergeList(into: unknown[], patch: readonly unknown[]): unknown[] {
  const first = patch.find(isObject);
  const key = ['type', 'uid', 'name'].find((name) => first && name in first);
  if (!key) return [...patch];
  const merged = [...into];
  for (const item of patch) {
    if (!isObject(item)) continue;
    const place = merged.findIndex((known) => isObject(known) && known[key] === item[key]);
    if (item.$patch === 'delete') {
      if (place >= 0) merged.splice(place, 1);
    } else if (place >= 0) merged[place] = mergePatch(merged[place], item, true);
    else merged.push(item);
  }
  return merged;
}

export function mergePatch(into: unknown, patch: unknown, strategic: boolean): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(into) ? { ...into } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (value === undefined) continue;
    else if (strategic && Array.isArray(value) && Array.isArray(result[name])) {
      result[name] = mergeList(result[name], value);
    } else result[name] = mergePatch(result[name], value, strategic);
  }
  return result;
}
