// The SQLite driver against the suite of all drivers.
import fs from 'node:fs';
import { testFolder } from '#platform/process';
import { openSqliteStore } from './sqlite.driver.ts';
import { storeConformance } from './store.conformance.ts';

const RESERVED_BYTES = 64 * 1024;

storeConformance('sqlite', async () => {
  const folder = testFolder('store');
  return {
    open: (options) => openSqliteStore({ ...options, folder, reservedBytes: RESERVED_BYTES }),
    destroy: async () => fs.rmSync(folder, { recursive: true }),
  };
});
