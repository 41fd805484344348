// A record as a value in etcd: a letter for what it does, the length of its key, the key, the object's bytes.
// Keys end in the revision as 14 hexadecimal digits, so that etcd's order is the log's.
import { WorldError } from '#base';
import type { Revision } from './contract.ts';
import type { LogRecord } from './core/store-log.ts';

const PUT = 0x50;
const DELETE = 0x44;

export function recordKey(prefix: string, revision: Revision): string {
  return `${prefix}/log/${revision.toString(16).padStart(14, '0')}`;
}

export function encodeRecord(record: LogRecord): Buffer {
  const key = Buffer.from(record.key);
  const head = Buffer.alloc(5);
  head[0] = record.kind === 'put' ? PUT : DELETE;
  head.writeUInt32BE(key.length, 1);
  return Buffer.concat([head, key, record.bytes]);
}

export function decodeRecord(revision: Revision, value: Buffer): LogRecord {
  const letter = value[0];
  const keyEnd = value.length < 5 ? Number.POSITIVE_INFINITY : 5 + value.readUInt32BE(1);
  if ((letter !== PUT && letter !== DELETE) || keyEnd > value.length)
    throw new WorldError('Corrupt', `the record of revision ${revision} in etcd is not one of ours`, {
      attempted: 'read the log',
      cure: 'restore the last backup (holdfast cluster restore FILE)',
    });
  return {
    revision,
    kind: letter === PUT ? 'put' : 'delete',
    key: value.toString('utf8', 5, keyEnd),
    // A copy: the value may be part of a whole message.
    bytes: Buffer.from(value.subarray(keyEnd)),
  };
}
