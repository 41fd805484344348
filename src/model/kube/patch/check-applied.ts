// Checks an applied configuration against the schema of its type before it is merged: unknown fields, wrong forms and
// items of lists that cannot be told apart would make ownership meaningless.
import type { ValueSchema } from '../schema/schema.ts';
import { isObject, type JsonObject } from './json.ts';
import { DEPTH_MAX } from './limits.ts';
import { itemElement, pathText } from './path-element.ts';
import { badPatch } from './refused.ts';
import { fieldOfStruct, rootShape, type Shape } from './shape.ts';
import { isBuiltIn, type TypeReference, typeOf } from './type-reference.ts';

interface Findings {
  readonly lines: string[];
  /** Fields that the schema does not name are findings; custom resources may keep such fields. */
  readonly closed: boolean;
}

type Path = readonly string[];

/** A place in the configuration: what may stand there, and how a list there tells its items apart. */
interface Place<S extends ValueSchema = ValueSchema> {
  readonly path: Path;
  readonly schema: S;
  readonly shape: Shape;
}

function found(findings: Findings, path: Path, text: string): void {
  findings.lines.push(`${pathText(path)}: ${text}`);
}

const formOf = (value: unknown): string => (Array.isArray(value) ? 'list' : isObject(value) ? 'map' : typeof value);

function checkScalar(value: unknown, scalar: string, path: Path, findings: Findings): void {
  const form = typeof value;
  const isNumber = scalar === 'int32' || scalar === 'int64' || scalar === 'number';
  const loose = scalar === 'Quantity' || scalar === 'IntOrString';
  const right = loose
    ? form === 'string' || form === 'number'
    : form === (isNumber ? 'number' : scalar === 'boolean' ? 'boolean' : 'string');
  if (!right)
    found(
      findings,
      path,
      `expected ${isNumber ? 'numeric (int or float)' : loose ? 'string or number' : scalar === 'boolean' ? 'boolean' : 'string'}, got ${formOf(value)}`,
    );
}

function checkList(
  list: readonly unknown[],
  { path, schema, shape }: Place<ValueSchema & { kind: 'list' }>,
  findings: Findings,
): void {
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const byItem = shape.kind === 'keyed' || shape.kind === 'set';
    const element = byItem ? itemElement(shape, item, index) : `i:${index}`;
    if (byItem && element.startsWith('i:'))
      found(findings, path, `element ${index}: associative list with keys has an element that omits its keys`);
    if (byItem && seen.has(element)) found(findings, path, `duplicate entries for key ${pathText([element])}`);
    seen.add(element);
    const itemShape: Shape = shape.kind === 'keyed' ? shape.items : { kind: 'leaf' };
    check(item, { path: [...path, element], schema: schema.items, shape: itemShape }, findings);
  });
}

function check(value: unknown, { path, schema, shape }: Place, findings: Findings): void {
  if (path.length > DEPTH_MAX) throw badPatch(`nested deeper than ${DEPTH_MAX} levels`);
  if (value === null || value === undefined || schema.kind === 'any') return;
  if (schema.kind === 'scalar') checkScalar(value, schema.scalar, path, findings);
  else if (schema.kind === 'list') {
    if (Array.isArray(value)) checkList(value, { path, schema, shape }, findings);
    else found(findings, path, `expected list, got ${formOf(value)}`);
  } else if (!isObject(value)) found(findings, path, `expected map, got ${formOf(value)}`);
  else checkFields(value, { path, schema, shape }, findings);
}

function checkFields(
  value: JsonObject,
  { path, schema, shape }: Place<ValueSchema & { kind: 'map' | 'object' }>,
  findings: Findings,
): void {
  for (const key of Object.keys(value)) {
    const at = [...path, `f:${key}`];
    if (schema.kind === 'map') {
      const valueShape: Shape = shape.kind === 'map' ? shape.values : { kind: 'leaf' };
      check(value[key], { path: at, schema: schema.values, shape: valueShape }, findings);
      continue;
    }
    const field = schema.type.fields.get(key);
    if (field) {
      const fieldShape: Shape = shape.kind === 'struct' ? fieldOfStruct(shape, key).shape : { kind: 'leaf' };
      check(value[key], { path: at, schema: field.value, shape: fieldShape }, findings);
    } else if (findings.closed) found(findings, at, 'field not declared in schema');
  }
}

/** Refuses (400) a configuration that does not fit its type. Kinds without a schema fit always. */
export function checkApplied(applied: object, type: TypeReference, what: string): void {
  const schema = typeOf(type);
  if (!schema) return;
  const findings: Findings = { lines: [], closed: isBuiltIn(schema) };
  check(applied, { path: [], schema: { kind: 'object', type: schema }, shape: rootShape(type) }, findings);
  const { lines } = findings;
  if (lines.length === 0) return;
  const text = lines.length === 1 ? lines[0] : `errors:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  throw badPatch(`failed to create typed patch object (${what}): ${text}`);
}
