// Reads the records of a delivery, each checked by itself.
import { JOURNAL_RECORD_BYTES_MAX, type JournalRecord } from '#model/link';
import { choiceField, countField, type Fields, objectField, textField } from '../message.ts';
import { LinkRefused } from '../refusal.ts';
import { deliveryProblem } from './delivery.plan.ts';

export const JOURNAL_KINDS = ['telemetry', 'event', 'usage', 'audit', 'dropped'] as const;

/** A record, and its body as it is kept. */
export interface ReadRecord extends JournalRecord {
  readonly text: string;
}

function recordIn(value: unknown): ReadRecord {
  const fields: Fields = objectField({ record: value }, 'record');
  const sequence = countField(fields, 'sequence');
  if (sequence === 0) throw new LinkRefused('Invalid', 'records count from 1');
  const body = objectField(fields, 'body');
  const text = JSON.stringify(body);
  if (Buffer.byteLength(text) > JOURNAL_RECORD_BYTES_MAX)
    throw new LinkRefused('TooLarge', `record ${sequence} is larger than ${JOURNAL_RECORD_BYTES_MAX} bytes`);
  const at = textField(fields, 'at', 40);
  if (Number.isNaN(Date.parse(at))) throw new LinkRefused('Invalid', `the time of record ${sequence} cannot be read`);
  return { sequence, at, kind: choiceField(fields, 'kind', JOURNAL_KINDS), body, text };
}

/** Errors: LinkRefused `Invalid`, `TooLarge`, `Gap` inside the delivery. */
export function recordsIn(values: readonly unknown[]): ReadRecord[] {
  if (values.length === 0) throw new LinkRefused('Invalid', 'the delivery holds no record');
  const records = values.map(recordIn);
  const problem = deliveryProblem(records);
  if (problem !== undefined) throw new LinkRefused('Gap', `records are missing inside the delivery: ${problem}`);
  return records;
}
