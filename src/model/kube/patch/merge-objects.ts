// Lays an applied configuration over the live object: what it names wins, what it does not name stays.
// Items of keyed lists and sets keep the order of the configuration, live items stand where they stood among them.
import { isObject, type JsonObject, setOwn } from './json.ts';
import { itemsByElement } from './path-element.ts';
import { fieldOfStruct, type Shape } from './shape.ts';

function mergeMaps(live: JsonObject, applied: JsonObject, shape: Shape): JsonObject {
  const result: JsonObject = { ...live };
  for (const key of Object.keys(applied)) {
    if (applied[key] === undefined) continue;
    const below =
      shape.kind === 'struct' ? fieldOfStruct(shape, key).shape : shape.kind === 'map' ? shape.values : shape;
    const old = Object.hasOwn(live, key) ? live[key] : undefined;
    const value = mergeValues(old, applied[key], below);
    // Null in a struct is how a configuration says "no value".
    if (value === null && shape.kind === 'struct' && below.kind !== 'deduced') delete result[key];
    else setOwn(result, key, value);
  }
  return result;
}

/**
 * The elements of the result: applied ones in their order, live-only ones as early as their place among the live allows.
 * A live item that the configuration moved is passed over, and taken where the configuration has it.
 */
function mergeOrder(live: readonly string[], applied: readonly string[]): string[] {
  const inApplied = new Set(applied);
  const inLive = new Set(live);
  const both = applied.filter((element) => inLive.has(element));
  const order: string[] = [];
  let l = 0;
  let r = 0;
  let wanted = 0;
  while (l < live.length || r < applied.length) {
    const mine = live[l];
    const theirs = applied[r];
    if (mine !== undefined && !inApplied.has(mine)) {
      order.push(mine);
      l++;
    } else if (mine !== undefined && (theirs === undefined || (mine !== theirs && mine !== both[wanted]))) l++;
    else if (theirs !== undefined) {
      order.push(theirs);
      r++;
      if (mine === theirs) l++;
      if (both[wanted] === theirs) wanted++;
    }
  }
  return order;
}

function mergeLists(
  live: readonly unknown[],
  applied: readonly unknown[],
  shape: Shape & { kind: 'keyed' | 'set' },
): unknown[] {
  const old = itemsByElement(shape, live);
  const now = itemsByElement(shape, applied);
  return mergeOrder([...old.keys()], [...now.keys()]).map((element) => {
    if (!now.has(element)) return old.get(element);
    const item = now.get(element);
    return shape.kind === 'keyed' ? mergeValues(old.get(element), item, shape.items) : item;
  });
}

/** `applied` laid over `live`; neither is changed, parts of both are shared. */
export function mergeValues(live: unknown, applied: unknown, shape: Shape): unknown {
  if (applied === undefined) return live;
  if (live === undefined) return withoutNulls(applied, shape);
  if (shape.kind === 'keyed' || shape.kind === 'set') {
    if (!Array.isArray(live) || live.length === 0) return applied;
    if (applied === null || (Array.isArray(applied) && applied.length === 0)) return live;
    return Array.isArray(applied) ? mergeLists(live, applied, shape) : applied;
  }
  if (shape.kind === 'untracked') return applied ?? live;
  if (shape.kind === 'leaf') return applied;
  if (!isObject(live)) return withoutNulls(applied, shape);
  if (applied === null && shape.kind !== 'deduced') return Object.keys(live).length === 0 ? null : live;
  return isObject(applied) ? mergeMaps(live, applied, shape) : applied;
}

/** A new struct without the fields that are null. */
function withoutNulls(value: unknown, shape: Shape): unknown {
  return shape.kind === 'struct' && isObject(value) ? mergeMaps({}, value, shape) : value;
}
