// The door of the SQLite room.
export type { LogRow } from './row.ts';
export { type RowFile, readRowFile, writeRowFile } from './row-file.ts';
export { SqliteLog, type SqliteLogOptions } from './row-log.client.ts';
export { RowLog, type RowLogEvents, type RowLogOptions } from './row-log.ts';
export type { SqlValue, TableStatement } from './table-message.ts';
export { openTables, type Tables, type TablesOptions } from './tables.client.ts';
export type { WalState } from './wal.ts';
