// Reads the protobuf form of built-in types, which Go clients send, into the same values that the JSON form gives.
// That form always carries the zero of a plain field, while JSON leaves it out; a zero is therefore kept only where a field
// is required or where zero and absent mean different things.
// Source: Kubernetes API concepts, "Kubernetes Protobuf encoding".
import { typeFacts } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { requestError } from '../answer/errors.ts';
import protoFacts from './generated/proto-facts.json' with { type: 'json' };
import { damaged, WireReader, type WireValue } from './wire.ts';

type Fields = Record<string, unknown>;
const PROTO: Readonly<Record<string, Readonly<Record<string, string>>>> = protoFacts;
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const DEPTH_MAX = 100;

/** Optional fields of which zero, false or "" says something else than nothing. */
const ZERO_COUNTS: ReadonlySet<string> = new Set(
  `replicas terminationGracePeriodSeconds runAsUser runAsGroup fsGroup revisionHistoryLimit parallelism completions
  backoffLimit backoffLimitPerIndex maxFailedIndexes ttlSecondsAfterFinished tolerationSeconds defaultMode mode partition
  gracePeriodSeconds deletionGracePeriodSeconds successfulJobsHistoryLimit failedJobsHistoryLimit leaseTransitions
  stabilizationWindowSeconds startingDeadlineSeconds minReplicas priority value minimum maximum minLength minItems
  maxLength maxItems minProperties maxProperties automountServiceAccountToken enableServiceLinks allowPrivilegeEscalation
  privileged runAsNonRoot readOnlyRootFilesystem immutable optional controller blockOwnerDeletion allowVolumeExpansion
  attachRequired podInfoOnMount hostUsers suspend shareProcessNamespace setHostnameAsFQDN allocateLoadBalancerNodePorts
  ready serving terminating storageClassName orphanDependents storageCapacity requiresRepublish weight`.split(/\s+/),
);

/** What the envelope of a body says: the type as the client names it, and the object's own bytes. */
interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

function readEnvelope(body: Buffer): Envelope {
  if (body.length < 4 || !body.subarray(0, 4).equals(MAGIC))
    throw requestError.badRequest('the body does not begin as the protobuf form of Kubernetes does');
  const unknown = readPlain(body.subarray(4));
  const type = readPlain(unknown.get(1) ?? Buffer.alloc(0));
  return {
    apiVersion: (type.get(1) ?? '').toString(),
    kind: (type.get(2) ?? '').toString(),
    raw: unknown.get(2) ?? Buffer.alloc(0),
  };
}

function readPlain(bytes: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  const reader = new WireReader(bytes);
  for (let field = reader.next(); field; field = reader.next())
    if (field.value.kind === 'bytes') fields.set(field.number, field.value.value);
  return fields;
}

/** The object in a body. `typeOf` names the type of what the envelope says. Errors: ApiError 400. */
export function decodeProtobuf(
  body: Buffer,
  typeOf: (apiVersion: string, kind: string) => string | undefined,
): Record<string, unknown> {
  const { apiVersion, kind, raw } = readEnvelope(body);
  const type = typeOf(apiVersion, kind);
  if (!type || !PROTO[type])
    throw requestError.badRequest(`no kind "${kind}" of version "${apiVersion}" is known in the protobuf form`);
  const object: Fields = { apiVersion, kind };
  readMessage(raw, type, object, 0);
  return object;
}

function readMessage(bytes: Buffer, type: string, into: Fields, depth: number): void {
  const numbers = PROTO[type];
  if (!numbers || depth > DEPTH_MAX) throw damaged();
  const facts = typeFacts[type];
  const reader = new WireReader(bytes);
  for (let field = reader.next(); field; field = reader.next()) {
    const line = numbers[field.number];
    if (line === undefined) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const form = line.slice(colon + 1);
    if (name === '*') readMessage(bytesOf(field.value), form, into, depth + 1);
    else if (form.startsWith('[]')) {
      into[name] ??= [];
      readItems(into[name] as unknown[], field.value, form.slice(2), depth);
    } else if (form.startsWith('{}')) {
      into[name] ??= {};
      readMapEntry(into[name] as Fields, bytesOf(field.value), form.slice(2), depth);
    } else {
      const value = readValue(field.value, form, depth);
      const zero = value === 0 || value === false || value === '' || value === undefined;
      if (!zero || ((facts?.[name]?.split(' ')[0] ?? '').endsWith('!') && value !== undefined) || ZERO_COUNTS.has(name))
        into[name] = value;
    }
  }
}

function bytesOf(value: WireValue): Buffer {
  if (value.kind !== 'bytes') throw damaged();
  return value.value;
}

function readItems(list: unknown[], value: WireValue, form: string, depth: number): void {
  const packed = value.kind === 'bytes' && /^(int32|int64|uint32|uint64|bool)$/.test(form);
  if (!packed) list.push(readValue(value, form, depth));
  else {
    // Packed scalars have no tags; giving each one makes them readable by the same reader.
    for (const byte of splitVarints(value.value)) {
      const one = new WireReader(Buffer.concat([Buffer.from([0x08]), byte])).next();
      if (one) list.push(readValue(one.value, form, depth));
    }
  }
}

function splitVarints(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) >= 0x80) continue;
    parts.push(bytes.subarray(start, at + 1));
    start = at + 1;
  }
  return parts;
}

function readMapEntry(map: Fields, bytes: Buffer, form: string, depth: number): void {
  const reader = new WireReader(bytes);
  let key = '';
  let value: unknown = form === 'string' || form === 'bytes' ? '' : undefined;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1) key = bytesOf(field.value).toString('utf8');
    else if (field.number === 2) value = readValue(field.value, form, depth);
  }
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

function readValue(value: WireValue, form: string, depth: number): unknown {
  switch (form) {
    case 'string':
      return bytesOf(value).toString('utf8');
    case 'bytes':
      return bytesOf(value).toString('base64');
    case 'bool':
      return value.kind === 'number' && value.value !== 0n;
    case 'double':
      return value.kind === 'double' ? value.value : 0;
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64':
      return value.kind === 'number' ? Number(value.value) : 0;
    default:
      return readSpecial(bytesOf(value), form, depth);
  }
}

function readSpecial(bytes: Buffer, form: string, depth: number): unknown {
  switch (form) {
    case 'Time':
    case 'MicroTime':
      return readTime(bytes, form);
    case 'Quantity':
      return (readPlain(bytes).get(1) ?? '').toString();
    case 'IntOrString':
      return readIntOrString(bytes);
    case 'raw':
      return readRaw(bytes);
    case 'wrapped':
      return readWrapped(bytes);
    case 'SchemaOrArray':
    case 'SchemaOrBool':
    case 'SchemaOrStrings':
      return readSchemaOr(bytes, form, depth);
    default: {
      const object: Fields = {};
      readMessage(bytes, form, object, depth + 1);
      return object;
    }
  }
}

function readTime(bytes: Buffer, form: string): string | undefined {
  const reader = new WireReader(bytes);
  let seconds: bigint | undefined;
  let nanos = 0n;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.value.kind !== 'number') throw damaged();
    if (field.number === 1) seconds = field.value.value;
    else if (field.number === 2) nanos = field.value.value;
  }
  // The zero time of Go, which JSON shows as null.
  if (seconds === undefined || seconds <= -62135596800n) return undefined;
  const whole = rfc3339(Number(seconds) * 1000);
  return form === 'Time' ? whole : whole.replace('Z', `.${String(nanos / 1000n).padStart(6, '0')}Z`);
}

function readIntOrString(bytes: Buffer): string | number {
  const reader = new WireReader(bytes);
  let isText = false;
  let number = 0;
  let text = '';
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.number === 1 && field.value.kind === 'number') isText = field.value.value === 1n;
    else if (field.number === 2 && field.value.kind === 'number') number = Number(field.value.value);
    else if (field.number === 3) text = bytesOf(field.value).toString('utf8');
  }
  return isText ? text : number;
}

function readRaw(bytes: Buffer): unknown {
  const raw = readPlain(bytes).get(1);
  if (!raw || raw.length === 0) return undefined;
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    throw damaged();
  }
}

function readWrapped(bytes: Buffer): string[] {
  const items: string[] = [];
  const reader = new WireReader(bytes);
  for (let field = reader.next(); field; field = reader.next()) items.push(bytesOf(field.value).toString('utf8'));
  return items;
}

const SCHEMA = 'apiextensions.v1.JSONSchemaProps';

/** A schema, or what else may stand in its place: a list of schemas, true or false, a list of names. */
function readSchemaOr(bytes: Buffer, form: string, depth: number): unknown {
  const reader = new WireReader(bytes);
  let schema: unknown;
  let allows = false;
  const items: unknown[] = [];
  for (let field = reader.next(); field; field = reader.next()) {
    const schemaNumber = form === 'SchemaOrBool' ? 2 : 1;
    if (field.number === schemaNumber && field.value.kind === 'bytes')
      schema = readSpecial(field.value.value, SCHEMA, depth);
    else if (field.value.kind === 'number') allows = field.value.value !== 0n;
    else if (form === 'SchemaOrStrings') items.push(bytesOf(field.value).toString('utf8'));
    else items.push(readSpecial(bytesOf(field.value), SCHEMA, depth));
  }
  if (schema !== undefined) return schema;
  return form === 'SchemaOrBool' ? allows : items;
}
