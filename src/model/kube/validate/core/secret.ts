// Validation of secrets: keys, size, and what each type of secret must hold.
import type { Secret } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { DATA_BYTES_MAX } from '../limits.ts';
import { decodedBytes, IMMUTABLE_SET, keys } from './config-data.ts';

/** Keys that a secret of a type must have. Source: Kubernetes concept page "Secrets", types of Secret. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function isJsonObject(base64: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString());
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

export function validateSecret(secret: Secret, to: Findings): void {
  const data = secret.data ?? {};
  keys(secret.data, 'data', to);
  let bytes = 0;
  for (const key in data) bytes += decodedBytes(data[key] ?? '');
  if (bytes > DATA_BYTES_MAX) to.tooLong('data', DATA_BYTES_MAX);
  const type = secret.type ?? '';
  for (const key of REQUIRED_KEYS[type] ?? []) {
    const value = data[key];
    if (value === undefined) to.required(`data[${key}]`);
    else if (key.startsWith('.docker') && !isJsonObject(value))
      to.invalid(`data[${key}]`, '<secret contents redacted>', 'invalid character in JSON');
  }
  if (
    type === 'kubernetes.io/service-account-token' &&
    !secret.metadata?.annotations?.['kubernetes.io/service-account.name']
  )
    to.required('metadata.annotations[kubernetes.io/service-account.name]');
  if (type === 'kubernetes.io/basic-auth' && data.username === undefined && data.password === undefined) {
    to.required('data[username]');
    to.required('data[password]');
  }
}

export function validateSecretUpdate(secret: Secret, old: Secret, to: Findings): void {
  if (secret.type !== old.type) to.invalid('type', secret.type, 'field is immutable');
  if (!old.immutable) return;
  if (!secret.immutable) to.forbidden('immutable', IMMUTABLE_SET);
  if (!semanticEqual(secret.data, old.data)) to.forbidden('data', IMMUTABLE_SET);
}
