// Reads what sites send: a body with a bound, as JSON of a known protocol version. What it must say is checked field by field,
// and what is wrong is named.
import { LINK_PROTOCOL_VERSION } from '#model/link';
import type { HttpExchange } from '#platform/http';
import { LinkRefused } from './refusal.ts';

export type Fields = Readonly<Record<string, unknown>>;

function bodyOf(exchange: HttpExchange, bytesMax: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => exchange.readBody(bytesMax, resolve));
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a message. Errors: LinkRefused `TooLarge`, `Invalid`, `Version`. */
export async function readMessage(exchange: HttpExchange, bytesMax: number): Promise<Fields> {
  if (exchange.method !== 'POST')
    throw new LinkRefused('Invalid', `${exchange.method} is not what this path takes; it takes POST`);
  const body = await bodyOf(exchange, bytesMax);
  if (!body) throw new LinkRefused('TooLarge', `the message is larger than ${bytesMax} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new LinkRefused('Invalid', 'the message is not JSON');
  }
  if (!isObject(value)) throw new LinkRefused('Invalid', 'the message is not a JSON object');
  if (value.protocol !== LINK_PROTOCOL_VERSION)
    throw new LinkRefused(
      'Version',
      `this hub speaks protocol ${LINK_PROTOCOL_VERSION} of the link, not ${String(value.protocol)}`,
      'bring site and hub to releases that speak the same protocol',
    );
  return value;
}

/** A text of at most `max` characters. */
export function textField(fields: Fields, name: string, max: number): string {
  const value = fields[name];
  if (typeof value === 'string' && value.length > 0 && value.length <= max) return value;
  throw new LinkRefused('Invalid', `${name} must be a text of at most ${max} characters`);
}

/** A whole number from 0 on. */
export function countField(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new LinkRefused('Invalid', `${name} must be a whole number from 0 on`);
}

export function objectField(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (isObject(value)) return value;
  throw new LinkRefused('Invalid', `${name} must be an object`);
}

export function listField(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (Array.isArray(value)) return value;
  throw new LinkRefused('Invalid', `${name} must be a list`);
}

export function choiceField<C extends string>(fields: Fields, name: string, choices: readonly C[]): C {
  const value = choices.find((choice) => choice === fields[name]);
  if (value !== undefined) return value;
  throw new LinkRefused('Invalid', `${name} must be one of ${choices.join(', ')}`);
}
