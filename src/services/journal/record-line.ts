// A record as a line of a segment: checksum, length, JSON. A line end stands nowhere inside of JSON, so after damage reading
// goes on with the next line. A last line that is not whole was being written when the machine ended.
import type { JournalRecord } from '#model/link';
import { crc32Of } from '#platform/digest';

export interface KeptRecord extends JournalRecord {
  /** What its line takes on the disk. */
  readonly bytes: number;
}

export interface ReadLines {
  /** Whole records in the order of the file. */
  readonly records: readonly KeptRecord[];
  /** Bytes that are no record, before a whole one. */
  readonly damagedBytes: number;
  /** Where the last whole record ends; what follows is torn. */
  readonly wholeBytes: number;
}

const LINE_END = 0x0a;
const HEAD = /^([0-9a-f]{8}) ([0-9]{1,7}) /;
const HEAD_BYTES_MAX = 17;

export function recordLine({ sequence, at, kind, body }: JournalRecord): string {
  const json = JSON.stringify({ sequence, at, kind, body });
  return `${crc32Of(json)} ${Buffer.byteLength(json)} ${json}\n`;
}

/** The record of a line without its end; undefined when the line is damaged. */
function recordIn(line: Uint8Array): KeptRecord | undefined {
  const head = HEAD.exec(Buffer.from(line.subarray(0, HEAD_BYTES_MAX)).toString('latin1'));
  if (!head) return undefined;
  const json = line.subarray(head[0].length);
  if (json.length !== Number(head[2]) || crc32Of(json) !== head[1]) return undefined;
  const record = JSON.parse(Buffer.from(json).toString('utf8')) as JournalRecord;
  return { ...record, bytes: line.length + 1 };
}

export function readLines(bytes: Uint8Array): ReadLines {
  const records: KeptRecord[] = [];
  let damagedBytes = 0;
  let wholeBytes = 0;
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, from);
    if (end < 0) break;
    const record = recordIn(bytes.subarray(from, end));
    if (record) {
      damagedBytes += from - wholeBytes;
      records.push(record);
      wholeBytes = end + 1;
    }
    from = end + 1;
  }
  return { records, damagedBytes, wholeBytes };
}
