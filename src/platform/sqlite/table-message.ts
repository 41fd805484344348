// What the rest of the process asks of the thread that owns a database of tables, and what it answers.
import type { WorldErrorCode } from '#base';

export type SqlValue = string | number | null | Uint8Array;

export interface TableStatement {
  readonly sql: string;
  readonly values?: readonly SqlValue[];
  /** How many rows it must change; with any other number nothing of its transaction is done. */
  readonly changes?: number;
}

export type TableRequest =
  | { readonly id: number; readonly do: 'write'; readonly statements: readonly TableStatement[] }
  | { readonly id: number; readonly do: 'read'; readonly sql: string; readonly values: readonly SqlValue[] }
  | { readonly id: number; readonly do: 'close' };

export type TableReply =
  | { readonly id: number; readonly kind: 'done' }
  /** Rows of a read; `more` when others follow. */
  | { readonly id: number; readonly kind: 'rows'; readonly rows: readonly unknown[]; readonly more: boolean }
  | { readonly id: number; readonly kind: 'failed'; readonly failure: TableFailure };

export interface TableFailure {
  readonly code: WorldErrorCode;
  readonly message: string;
  readonly cure?: string;
}
