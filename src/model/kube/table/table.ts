// Turns objects into the Table that kubectl asks for instead of them.
// Source: Kubernetes API concepts, "Receiving resources as Tables"; meta/v1 Table and PartialObjectMetadata.
import type { KubeObject } from '../facts.ts';
import type { AnyKindTable, Cell, ColumnDefinition, RowCondition } from './column.ts';
import { kindTableOf } from './kinds.ts';
import { type ListMetadata, partialMetadataOf } from './partial-metadata.ts';

export interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly RowCondition[];
  readonly object: unknown;
}

export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly metadata: ListMetadata;
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly TableRow[];
}

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableRequest {
  readonly resource: { readonly group: string; readonly resource: string; readonly custom?: boolean };
  readonly objects: readonly KubeObject[];
  readonly includeObject?: IncludeObject;
  /** Of the list; of a single object its resourceVersion. */
  readonly metadata?: ListMetadata;
  /** Later events of a watch carry no columns. */
  readonly withoutColumns?: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Instead of the table of the resource: custom resources with columns of their own. */
  readonly table?: AnyKindTable;
}

function includedPart(object: KubeObject, include: IncludeObject): unknown {
  if (include === 'Object') return object;
  return include === 'Metadata' ? partialMetadataOf(object) : null;
}

function rowOf(object: KubeObject, table: AnyKindTable, now: number, include: IncludeObject): TableRow {
  const summary = table.summary?.(object, now);
  const cells: Cell[] = [];
  for (const column of table.columns) cells.push(column.cell(object, now, summary));
  const conditions = table.conditions?.(object);
  const part = includedPart(object, include);
  return conditions ? { cells, conditions, object: part } : { cells, object: part };
}

const definitionOf = ({ name, type, format, description, priority }: ColumnDefinition): ColumnDefinition => ({
  name,
  type,
  format,
  description,
  priority,
});

/** The Table of these objects; `includeObject` is what each row carries besides its cells. */
export function tableOf(request: TableRequest): Table {
  const { objects, now, includeObject = 'Metadata', metadata = {} } = request;
  const table = request.table ?? kindTableOf(request.resource);
  const sorted = table.compare ? [...objects].sort(table.compare) : objects;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: request.withoutColumns ? [] : table.columns.map(definitionOf),
    rows: sorted.map((object) => rowOf(object, table, now, includeObject)),
  };
}
