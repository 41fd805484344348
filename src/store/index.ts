// The door of the store room.
export type * from './contract.ts';
export { type EtcdStoreOptions, followEtcdStore, openEtcdStore, type StandbyStore } from './etcd.driver.ts';
export { openMemoryStore } from './memory.driver.ts';
export { type RestoreOptions, restoreEtcdStore, restoreSqliteStore } from './restore.ts';
export type { Sealing } from './sealed.record.ts';
export { openRowLogStore, openSqliteStore, type SqliteStoreOptions } from './sqlite.driver.ts';
