// What passes between the thread that owns the database and the one that uses it: rows packed into one buffer, requests,
// replies. A buffer of its own is moved, not copied; small arrays cut out of Node's pool would take the whole pool along.
import type { WorldErrorCode } from '#base';

/** One row of the log. */
export interface LogRow {
  /** Above every row before. */
  readonly revision: number;
  readonly kind: 'put' | 'delete';
  /** A put that the reserved room is for too. Not kept. */
  readonly frees?: boolean;
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface PackedRows {
  readonly revisions: readonly number[];
  /** 1 for a put, 2 for one that the reserved room is for, 0 for a delete. */
  readonly puts: readonly number[];
  readonly keys: readonly string[];
  /** Where each row's bytes end in `data`. */
  readonly ends: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;
}

export type LogRequest = { readonly id: number } & (
  | { readonly do: 'open' }
  | { readonly do: 'append'; readonly rows: PackedRows }
  | { readonly do: 'read'; readonly after: number }
  | { readonly do: 'drop'; readonly revisions: readonly number[]; readonly floor: number }
  | { readonly do: 'mark' }
  | { readonly do: 'setMark'; readonly text: string; readonly isLeft: boolean }
  | { readonly do: 'clear' }
  | { readonly do: 'ping' }
  | { readonly do: 'close' }
);

export interface LogFailure {
  readonly code: WorldErrorCode;
  readonly message: string;
  readonly cure?: string;
  readonly attempted?: string;
}

export type LogReply =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: LogFailure }
  | { readonly kind: 'rows'; readonly id: number; readonly floor: number; readonly rows: PackedRows }
  | { readonly kind: 'mark'; readonly id: number; readonly text: string | undefined }
  | { readonly kind: 'repaired'; readonly message: string }
  | { readonly kind: 'disk'; readonly full: boolean };

export function packRows(rows: readonly LogRow[]): PackedRows {
  const total = rows.reduce((sum, row) => sum + row.bytes.length, 0);
  const data = new Uint8Array(total);
  const ends: number[] = [];
  let end = 0;
  for (const { bytes } of rows) {
    data.set(bytes, end);
    end += bytes.length;
    ends.push(end);
  }
  return {
    revisions: rows.map((row) => row.revision),
    puts: rows.map((row) => (row.kind === 'put' ? (row.frees ? 2 : 1) : 0)),
    keys: rows.map((row) => row.key),
    ends,
    data,
  };
}

/** The rows again; with `copy` each has bytes of its own, so that a kept row does not keep its neighbours. */
export function unpackRows(packed: PackedRows, options: { copy: boolean }): LogRow[] {
  let start = 0;
  return packed.revisions.map((revision, i) => {
    const part = packed.data.subarray(start, packed.ends[i]);
    start = packed.ends[i] ?? start;
    return {
      revision,
      kind: packed.puts[i] === 0 ? 'delete' : 'put',
      ...(packed.puts[i] === 2 ? { frees: true } : {}),
      key: packed.keys[i] ?? '',
      bytes: options.copy ? Buffer.from(part) : part,
    };
  });
}
