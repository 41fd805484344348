// JSON patch (RFC 6902): a list of operations, applied in order to a copy, all or nothing.
import { isObject, jsonCopy, jsonEqual, setOwn } from './json.ts';
import { indexOf, memberOf, pointerParts } from './json-pointer.ts';
import { JSON_PATCH_COPY_BYTES_MAX, JSON_PATCH_OPERATIONS_MAX } from './limits.ts';
import { badPatch, PatchRefused, unfitPatch } from './refused.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** The document, held so that an operation can replace its root. */
interface Document {
  root: unknown;
  copiedBytes: number;
}

const NEEDS_VALUE: ReadonlySet<string> = new Set(['add', 'replace', 'test']);
const NEEDS_FROM: ReadonlySet<string> = new Set(['move', 'copy']);

function readOperation(entry: unknown): Operation {
  if (!isObject(entry) || typeof entry.op !== 'string')
    throw badPatch('error decoding patch: an operation must be an object with "op"');
  const { op, path, from } = entry;
  if (op !== 'remove' && !NEEDS_VALUE.has(op) && !NEEDS_FROM.has(op)) throw unfitPatch(`Unexpected kind: ${op}`);
  if (typeof path !== 'string') throw badPatch(`error decoding patch: operation ${op} needs "path"`);
  if (NEEDS_FROM.has(op) && typeof from !== 'string')
    throw badPatch(`error decoding patch: operation ${op} needs "from"`);
  // A missing value counts as null, as every server of this API does.
  return { op, path, ...(typeof from === 'string' ? { from } : {}), value: entry.value ?? null };
}

const missing = (op: string, path: string): PatchRefused =>
  unfitPatch(`${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`);

/** The container that the last part of a path is in. */
function containerOf(doc: Document, op: string, path: string): { container: unknown; last: string } {
  const parts = pointerParts(path);
  const last = parts.pop() ?? '';
  let container = doc.root;
  for (const part of parts) {
    container = memberOf(container, part);
    if (typeof container !== 'object' || container === null) throw missing(op, path);
  }
  return { container, last };
}

function valueAt(doc: Document, op: string, path: string): unknown {
  if (path === '') return doc.root;
  const { container, last } = containerOf(doc, op, path);
  const value = memberOf(container, last);
  if (value === undefined) throw missing(op, path);
  return value;
}

function add(doc: Document, op: string, path: string, value: unknown): void {
  if (path === '') {
    doc.root = value;
    return;
  }
  const { container, last } = containerOf(doc, op, path);
  if (Array.isArray(container)) {
    const index = indexOf(last, container.length);
    if (index === undefined || index > container.length)
      throw unfitPatch(`${op} operation does not apply: ${JSON.stringify(path)}: invalid index referenced`);
    container.splice(index, 0, value);
  } else if (isObject(container)) setOwn(container, last, value);
  else throw missing(op, path);
}

function remove(doc: Document, op: string, path: string): unknown {
  const removed = valueAt(doc, op, path);
  if (path === '') {
    doc.root = null;
    return removed;
  }
  const { container, last } = containerOf(doc, op, path);
  if (Array.isArray(container)) container.splice(Number(last), 1);
  else if (isObject(container)) delete container[last];
  return removed;
}

function replace(doc: Document, path: string, value: unknown): void {
  valueAt(doc, 'replace', path);
  if (path === '') {
    doc.root = value;
    return;
  }
  const { container, last } = containerOf(doc, 'replace', path);
  if (Array.isArray(container)) container[Number(last)] = value;
  else if (isObject(container)) setOwn(container, last, value);
}

function copy(doc: Document, from: string, path: string): void {
  const value = valueAt(doc, 'copy', from);
  doc.copiedBytes += JSON.stringify(value).length;
  if (doc.copiedBytes > JSON_PATCH_COPY_BYTES_MAX)
    throw new PatchRefused(413, 'RequestEntityTooLarge', 'the copy operations of the patch copy too much');
  add(doc, 'copy', path, jsonCopy(value));
}

function test(doc: Document, { path, value }: Operation): void {
  let found: unknown = null;
  try {
    found = valueAt(doc, 'test', path);
  } catch (error) {
    // Testing for null where nothing is holds.
    if (value !== null) throw error;
  }
  if (!jsonEqual(found, value)) throw unfitPatch(`testing value ${path} failed: test failed`);
}

function applyOperation(doc: Document, operation: Operation): void {
  const { op, path, from = '' } = operation;
  if (op === 'add') add(doc, op, path, jsonCopy(operation.value));
  else if (op === 'remove') remove(doc, op, path);
  else if (op === 'replace') replace(doc, path, jsonCopy(operation.value));
  else if (op === 'copy') copy(doc, from, path);
  else if (op === 'test') test(doc, operation);
  else {
    if (path.startsWith(`${from}/`)) throw unfitPatch(`move operation does not apply: ${path} is inside ${from}`);
    add(doc, op, path, remove(doc, op, from));
  }
}

/**
 * The object after the patch; the object given stays as it is.
 * Throws {@link PatchRefused}: 400 for a patch that makes no sense, 413 for one that is too big, 422 for one that does not fit.
 */
export function applyJsonPatch<T>(object: T, patch: unknown): T {
  if (!Array.isArray(patch)) throw badPatch('error decoding patch: a JSON patch must be a list of operations');
  if (patch.length > JSON_PATCH_OPERATIONS_MAX)
    throw new PatchRefused(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${JSON_PATCH_OPERATIONS_MAX}, got ${patch.length}`,
    );
  const doc: Document = { root: jsonCopy(object), copiedBytes: 0 };
  for (const entry of patch) applyOperation(doc, readOperation(entry));
  if (!isObject(doc.root)) throw unfitPatch('the patch leaves no object');
  return doc.root as T;
}
