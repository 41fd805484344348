// Records in parts that fit one commit of any log.
import { BATCH_BYTES_MAX, BATCH_OPS_MAX } from '../limits.ts';
import type { LogRecord } from './store-log.ts';

export function* batches(records: readonly LogRecord[]): Iterable<LogRecord[]> {
  let batch: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.bytes.length + record.key.length;
    if (batch.length > 0 && (batch.length === BATCH_OPS_MAX || bytes + size > BATCH_BYTES_MAX)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
