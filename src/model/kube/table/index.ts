// The door of tables: what kubectl get shows.

export type { AnyKindTable, Cell, Column, ColumnDefinition, KindTable } from './column.ts';
export { durationText, sinceText } from './duration.ts';
export {
  type ListMetadata,
  type PartialObjectMetadata,
  partialMetadataListOf,
  partialMetadataOf,
} from './partial-metadata.ts';
export { type IncludeObject, type Table, type TableRequest, type TableRow, tableOf } from './table.ts';
