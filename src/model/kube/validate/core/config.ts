// Validation of config maps and secrets: keys, size, and what an immutable one means.
import type { ConfigMap, Secret } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { DATA_BYTES_MAX } from '../limits.ts';
import { configKeyProblems } from '../names.ts';

const IMMUTABLE_SET = 'field is immutable when `immutable` is set';

/** Bytes behind base64 text. */
const decodedBytes = (text: string) =>
  Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

function keys(data: Readonly<Record<string, string>> | undefined, field: string, to: Findings): void {
  for (const key in data) for (const problem of configKeyProblems(key)) to.invalid(`${field}[${key}]`, key, problem);
}

export function validateConfigMap(map: ConfigMap, to: Findings): void {
  keys(map.data, 'data', to);
  keys(map.binaryData, 'binaryData', to);
  let bytes = 0;
  for (const key in map.data) {
    bytes += Buffer.byteLength(map.data[key] ?? '');
    if (map.binaryData && Object.hasOwn(map.binaryData, key))
      to.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
  }
  for (const key in map.binaryData) bytes += decodedBytes(map.binaryData[key] ?? '');
  if (bytes > DATA_BYTES_MAX) to.tooLong('', DATA_BYTES_MAX);
}

export function validateConfigMapUpdate(map: ConfigMap, old: ConfigMap, to: Findings): void {
  if (!old.immutable) return;
  if (!map.immutable) to.forbidden('immutable', IMMUTABLE_SET);
  if (!semanticEqual(map.data, old.data)) to.forbidden('data', IMMUTABLE_SET);
  if (!semanticEqual(map.binaryData, old.binaryData)) to.forbidden('binaryData', IMMUTABLE_SET);
}

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
