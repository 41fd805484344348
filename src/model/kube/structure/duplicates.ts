// Finds object keys that a JSON text gives twice, which a parsed object no longer shows.
// A single pass over the text with one set of keys for each open object; the text must be valid JSON.

interface Level {
  /** Undefined for an array. */
  readonly keys?: Set<string>;
  /** Path from the root: ".spec.containers[0]". */
  readonly path: string;
  /** Path of the value that comes next. */
  next: string;
  index: number;
}

/** Index of the quote that closes the string opened at `start`. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function openLevel(levels: Level[], isObject: boolean): void {
  const parent = levels.at(-1);
  const path = !parent ? '' : parent.keys ? parent.next : `${parent.path}[${parent.index}]`;
  levels.push({ ...(isObject ? { keys: new Set<string>() } : {}), path, next: '', index: 0 });
}

/** Told of every key in the order of the text. */
type KeyListener = (path: string, again: boolean) => void;

function meetKey(level: Level, key: string, listen: KeyListener): void {
  level.next = `${level.path}.${key}`;
  if (!level.keys) return;
  listen(level.next.slice(1), level.keys.has(key));
  level.keys.add(key);
}

function walkKeys(text: string, listen: KeyListener): void {
  const levels: Level[] = [];
  let atKey = false;
  for (let i = 0; i < text.length; i++) {
    const level = levels.at(-1);
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
      case 0x5b: // [
        openLevel(levels, text[i] === '{');
        atKey = text[i] === '{';
        break;
      case 0x7d: // }
      case 0x5d: // ]
        levels.pop();
        atKey = false;
        break;
      case 0x2c: // ,
        if (level && !level.keys) level.index++;
        atKey = level?.keys !== undefined;
        break;
      case 0x22: {
        const end = stringEnd(text, i);
        if (atKey && level) meetKey(level, JSON.parse(text.slice(i, end + 1)) as string, listen);
        atKey = false;
        i = end;
        break;
      }
    }
  }
}

/** Paths of the fields that the text gives more than once: "spec.paused". */
export function duplicateFieldsOf(text: string): string[] {
  const found = new Set<string>();
  walkKeys(text, (path, again) => {
    if (again) found.add(path);
  });
  return [...found];
}

/**
 * What strict field validation has against a text, in the order of the text: 'unknown field "a"', 'duplicate field "b"'.
 * `unknownFields` as the structural check found them; one given twice is reported once.
 */
export function strictProblemsOf(text: string, unknownFields: readonly string[]): string[] {
  const unknown = new Set(unknownFields);
  const found = new Set<string>();
  walkKeys(text, (path, again) => {
    if (unknown.has(path)) found.add(`unknown field ${JSON.stringify(path)}`);
    else if (again) found.add(`duplicate field ${JSON.stringify(path)}`);
  });
  return [...found];
}
