// Whether a body nests deeper than anything that is meant. Everything that walks an object does so by recursion, and names
// fields by their path: what is deep costs the stack, and memory by the square of its depth.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Sets the bit that tells brackets from braces: "[" and "{" become one, as do "]" and "}". */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Where the string that begins at `start` has its closing quote; at or behind the end of the text when it has none. */
function endOfString(text: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Whether JSON text, which need not be valid, opens more than `max` arrays and objects in each other. */
export function nestsDeeper(text: Uint8Array, max: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] as number;
    if (byte === QUOTE) at = endOfString(text, at);
    else if ((byte | BRACE_BIT) === OPEN) {
      if (++depth > max) return true;
    } else if ((byte | BRACE_BIT) === CLOSE) depth--;
  }
  return false;
}

/** The same of a value. */
export function valueNestsDeeper(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return max === 0 || Object.values(value).some((inner) => valueNestsDeeper(inner, max - 1));
}
