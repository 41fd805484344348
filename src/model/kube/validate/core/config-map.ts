// Validation of config maps: keys, size, and what an immutable one means.
import type { ConfigMap } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { DATA_BYTES_MAX } from '../limits.ts';
import { decodedBytes, IMMUTABLE_SET, keys } from './config-data.ts';

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
