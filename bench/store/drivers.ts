// The store's drivers, each on an empty log of its own that can be closed and opened again.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { startEtcd } from '#platform/etcd';
import { testFolder } from '#platform/process';
import { openEtcdStore, openMemoryStore, openSqliteStore, type Store } from '#store';

export interface StoreLog {
  open(): Promise<Store<number>>;
  destroy(): Promise<void>;
}

export interface StoreDriver {
  /** Whether what was written is there when the log is opened again. */
  readonly durable: boolean;
  prepare(): Promise<StoreLog>;
}

/** As much work as an index of selectors must at least do: look at the bytes. */
const index = (_: string, bytes: Uint8Array): number => bytes.length;

export const STORE_DRIVERS: Readonly<Record<string, StoreDriver>> = {
  memory: {
    durable: false,
    prepare: async () => ({ open: async () => openMemoryStore({ index }), destroy: async () => undefined }),
  },
  sqlite: {
    durable: true,
    prepare: async () => {
      const folder = testFolder('store');
      return {
        open: () => openSqliteStore({ folder, index }),
        destroy: async () => fs.rmSync(folder, { recursive: true, force: true }),
      };
    },
  },
  etcd: {
    durable: true,
    prepare: async () => {
      const server = await startEtcd();
      return {
        open: () => openEtcdStore({ endpoints: [server.endpoint], prefix: '/bench', identity: randomUUID(), index }),
        destroy: () => server.stop(),
      };
    },
  },
};
