// What of a strategic merge patch is data: a value that goes in where nothing was before.
import { isObject, type JsonObject, setOwn } from './json.ts';
import { DIRECTIVE, isDirective } from './strategic-directives.ts';

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
