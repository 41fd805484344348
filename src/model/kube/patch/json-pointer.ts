// JSON pointers (RFC 6901): where in a document an operation of a JSON patch works.
import { isObject } from './json.ts';
import { badPatch } from './refused.ts';

/** The unescaped parts of a pointer. */
export function pointerParts(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw badPatch(`error decoding patch: invalid JSON pointer ${JSON.stringify(pointer)}`);
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The index of a list that a part names; `length` for "-". Undefined when it names none. */
export function indexOf(part: string, length: number): number | undefined {
  if (part === '-') return length;
  return /^(0|[1-9][0-9]{0,9})$/.test(part) ? Number(part) : undefined;
}

/** The member of a container; undefined when there is none. */
export function memberOf(container: unknown, part: string): unknown {
  if (Array.isArray(container)) {
    const index = indexOf(part, container.length);
    return index === undefined ? undefined : container[index];
  }
  return isObject(container) && Object.hasOwn(container, part) ? container[part] : undefined;
}
