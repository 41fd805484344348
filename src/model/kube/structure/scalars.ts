// Decides whether a JSON value is a value of a scalar type, and puts it into its one written form.
import type { Scalar } from '../schema/schema.ts';
import { canonicalQuantity } from './quantity-text.ts';

const INT32_MAX = 2_147_483_647;
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$/;
const WHOLE_SECONDS = /^[^.]{19}Z$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const QUANTITY_MUST = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** `value`: accepted, as it is to be kept. `mismatch`: another JSON type. `error`: right JSON type, bad content. */
export type ScalarVerdict =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'mismatch'; readonly found: string }
  | { readonly kind: 'error'; readonly message: string };

const AS_IS: ScalarVerdict = { kind: 'value', value: undefined };

/** The JSON type of a value in the words of the API's messages. */
export function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function mismatch(value: unknown): ScalarVerdict {
  const type = jsonTypeOf(value);
  return { kind: 'mismatch', found: type === 'number' ? `number ${String(value)}` : type };
}

function checkTime(value: string, micro: boolean): ScalarVerdict {
  if (WHOLE_SECONDS.test(value) && !micro && TIME.test(value)) return AS_IS;
  const at = TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at))
    return {
      kind: 'error',
      message: `parsing time ${JSON.stringify(JSON.stringify(value))} as "\\"2006-01-02T15:04:05Z07:00\\"": cannot parse ${JSON.stringify(value)}`,
    };
  if (micro) return AS_IS;
  return { kind: 'value', value: new Date(at).toISOString().replace(/\.[0-9]{3}Z$/, 'Z') };
}

function checkNumber(scalar: Scalar, value: number): ScalarVerdict {
  if (scalar === 'number') return AS_IS;
  const whole = Number.isInteger(value) && (scalar === 'int64' || Math.abs(value) <= INT32_MAX + 1);
  return whole ? AS_IS : mismatch(value);
}

function checkQuantity(value: string | number): ScalarVerdict {
  const canonical = canonicalQuantity(value);
  if (canonical === undefined) return { kind: 'error', message: QUANTITY_MUST };
  return canonical === value ? AS_IS : { kind: 'value', value: canonical };
}

function checkBytes(value: string): ScalarVerdict {
  if (BASE64.test(value)) return AS_IS;
  const bad = /[^A-Za-z0-9+/=\r\n]/.exec(value)?.index ?? value.length - (value.length % 4);
  return { kind: 'error', message: `illegal base64 data at input byte ${bad}` };
}

/** An accepted value with `value: undefined` is kept as it stands. */
export function checkScalar(scalar: Scalar, value: unknown): ScalarVerdict {
  const type = typeof value;
  switch (scalar) {
    case 'string':
      return type === 'string' ? AS_IS : type === 'number' ? { kind: 'mismatch', found: 'number' } : mismatch(value);
    case 'boolean':
      return type === 'boolean' ? AS_IS : type === 'number' ? { kind: 'mismatch', found: 'number' } : mismatch(value);
    case 'int32':
    case 'int64':
    case 'number':
      return type === 'number' ? checkNumber(scalar, value as number) : mismatch(value);
    case 'IntOrString':
      return type === 'string' ? AS_IS : type === 'number' ? checkNumber('int32', value as number) : mismatch(value);
    case 'Quantity':
      return type === 'string' || type === 'number' ? checkQuantity(value as string) : mismatch(value);
    case 'bytes':
      return type === 'string' ? checkBytes(value as string) : mismatch(value);
    case 'Time':
    case 'MicroTime':
      return type === 'string' ? checkTime(value as string, scalar === 'MicroTime') : mismatch(value);
  }
}
