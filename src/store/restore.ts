// Restores a snapshot into a new store, of either kind.
import { connectEtcd } from '#platform/etcd';
import { SqliteLog } from '#platform/sqlite';
import type { StoreLog } from './core/store-log.ts';
import type { EtcdStoreOptions } from './etcd.driver.ts';
import { EtcdLog } from './etcd.log.ts';
import { restoreSnapshot } from './snapshot.ts';
import { sqliteStoreLog } from './sqlite.driver.ts';

export interface RestoreOptions {
  /** What `snapshot` wrote. */
  readonly file: string;
  /** For a store that moves as it is, without having been lost: the revision goes on where it was. */
  readonly keepRevision?: boolean;
  readonly sqliteWorkerUrl?: URL;
}

/** Makes the store of `folder` from a snapshot; it is opened afterwards as any other. */
export async function restoreSqliteStore(options: RestoreOptions & { readonly folder: string }): Promise<void> {
  const deaf = { repaired: () => undefined, disk: () => undefined };
  const log = new SqliteLog({ folder: options.folder, workerUrl: options.sqliteWorkerUrl, reservedBytes: 0, ...deaf });
  await restoreAndClose(sqliteStoreLog(log), options);
}

/** Makes the store under an etcd prefix from a snapshot. The leadership must be ours. */
export async function restoreEtcdStore<I>(options: RestoreOptions & Omit<EtcdStoreOptions<I>, 'index'>): Promise<void> {
  await restoreAndClose(new EtcdLog(connectEtcd(options), options), options);
}

async function restoreAndClose(log: StoreLog, options: RestoreOptions): Promise<void> {
  const { file, keepRevision, sqliteWorkerUrl: workerUrl } = options;
  try {
    await restoreSnapshot(file, log, { keepRevision, workerUrl });
  } finally {
    await log.close();
  }
}
