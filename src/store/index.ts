// The door of the store room.
export type * from './contract.ts';
export { type EtcdStoreOptions, etcdPlace, followEtcdStore, openEtcdStore, type StandbyStore } from './etcd.driver.ts';
export { openMemoryStore } from './memory.driver.ts';
export { type Located, locateStore } from './place.ts';
export { type RestoreOptions, restoreEtcdStore, restoreSqliteStore } from './restore.ts';
export type { Sealing } from './sealed.record.ts';
export { openRowLogStore, openSqliteStore, type SqliteStoreOptions, sqlitePlace } from './sqlite.driver.ts';
