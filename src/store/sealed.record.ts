// One record of the log, sealed for its key and revision where it is secret, and back.
import { WorldError } from '#base';
import { isSealed, type SealKeys, seal, unseal } from '#platform/seal';
import type { LogRecord } from './core/store-log.ts';

export interface Sealing {
  /** Whether what stands under a store's key is secret. */
  isSecret(key: string): boolean;
  /** Asked with each use: keys may be added, and another one be the first, while the store is open. */
  keys(): SealKeys;
}

const belongsTo = ({ key, revision }: Pick<LogRecord, 'key' | 'revision'>): string => `${key}@${revision}`;

export function sealedRecord<R extends Pick<LogRecord, 'key' | 'revision' | 'bytes'>>(sealing: Sealing, record: R): R {
  if (!sealing.isSecret(record.key)) return record;
  return { ...record, bytes: seal(sealing.keys(), record.bytes, belongsTo(record)) };
}

export function unsealedRecord(sealing: Sealing, record: LogRecord): LogRecord {
  if (!sealing.isSecret(record.key) || !isSealed(record.bytes)) return record;
  try {
    return { ...record, bytes: unseal(sealing.keys(), record.bytes, belongsTo(record)) };
  } catch (cause) {
    throw new WorldError('Corrupt', `the secret ${record.key} of revision ${record.revision} cannot be unsealed`, {
      attempted: 'read the log',
      subject: record.key,
      cure: 'give the site the key that it was sealed with, or restore the last backup (holdfast cluster restore FILE)',
      cause,
    });
  }
}
