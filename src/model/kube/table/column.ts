// A kind's table is a list of columns; a column says what it is and how its cell follows from an object.
// Source: Kubernetes API, meta/v1 TableColumnDefinition.
import type { KubeObject } from '../facts.ts';
import { sinceText } from './duration.ts';

export type Cell = string | number | boolean | null;

export interface ColumnDefinition {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format: string;
  readonly description: string;
  /** 0 is always shown; above it only in wide listings. */
  readonly priority: number;
}

export interface RowCondition {
  readonly type: 'Completed';
  readonly status: 'True';
  readonly reason: string;
  readonly message: string;
}

/** `S` is what is worked out once for a row and serves several of its cells. */
export interface Column<K, S = undefined> extends ColumnDefinition {
  readonly cell: (object: K, now: number, summary: S) => Cell;
}

export interface KindTable<K extends KubeObject, S = undefined> {
  readonly columns: readonly Column<K, S>[];
  readonly summary?: (object: K, now: number) => S;
  /** Says that the object is done, so that listings can leave it out. */
  readonly conditions?: (object: K) => readonly RowCondition[] | undefined;
  readonly compare?: (a: K, b: K) => number;
}

/** A table whose types of object and summary are forgotten, as a registry keeps it. */
export type AnyKindTable = KindTable<KubeObject, unknown>;

type CellOf<K, S> = (object: K, now: number, summary: S) => Cell | undefined;

function column<K, S>(
  name: string,
  type: ColumnDefinition['type'],
  cell: CellOf<K, S>,
  more: { wide?: boolean; format?: string; description?: string } = {},
): Column<K, S> {
  return {
    name,
    type,
    format: more.format ?? '',
    description: more.description ?? '',
    priority: more.wide ? 1 : 0,
    cell: (object, now, summary) => cell(object, now, summary) ?? (type === 'string' ? '' : null),
  };
}

/** The columns of one kind, made by their types. `wide`: shown in wide listings only. */
interface ColumnMaker<K, S> {
  name(cell?: CellOf<K, S>): Column<K, S>;
  age(): Column<K, S>;
  created(): Column<K, S>;
  text(name: string, cell: CellOf<K, S>): Column<K, S>;
  wide(name: string, cell: CellOf<K, S>): Column<K, S>;
  count(name: string, cell: CellOf<K, S>): Column<K, S>;
  flag(name: string, cell: CellOf<K, S>): Column<K, S>;
}

export function columnsFor<K extends KubeObject, S = undefined>(): ColumnMaker<K, S> {
  return {
    name: (cell = (object) => object.metadata?.name) =>
      column('Name', 'string', cell, { format: 'name', description: 'Name of the object, unique in its namespace.' }),
    age: () =>
      column('Age', 'string', (object, now) => sinceText(object.metadata?.creationTimestamp, now), {
        description: 'Time since the object was created.',
      }),
    created: () =>
      column('Created At', 'date', (object) => object.metadata?.creationTimestamp, {
        description: 'When the object was created.',
      }),
    text: (name, cell) => column(name, 'string', cell),
    wide: (name, cell) => column(name, 'string', cell, { wide: true }),
    count: (name, cell) => column(name, 'integer', (object, now, summary) => cell(object, now, summary) ?? 0),
    flag: (name, cell) => column(name, 'boolean', (object, now, summary) => cell(object, now, summary) ?? false),
  };
}
