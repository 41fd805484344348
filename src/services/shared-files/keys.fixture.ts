// Files of keys for tests: what a number says is the key's secret too.
import { readTextIfPresent } from '#platform/disk';
import type { SealKey, SealKeys } from '#platform/seal';

/** Errors: when there is no such file. */
export function keysIn(file: string): SealKeys {
  const { keys } = JSON.parse(readTextIfPresent(file) ?? '') as { keys: { id: number; secret: string }[] };
  const [first, ...more] = keys.map(({ id, secret }): SealKey => ({ id, secret: Buffer.from(secret, 'base64') }));
  if (!first) throw new Error(`${file} holds no key`);
  return [first, ...more];
}

export const keysText = (...ids: readonly number[]): string =>
  JSON.stringify({ keys: ids.map((id) => ({ id, secret: Buffer.alloc(32, id).toString('base64') })) });
