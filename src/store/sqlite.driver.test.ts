// The SQLite driver against the suite of all drivers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { testFolder } from '#platform/process';
import { openSqliteStore } from './sqlite.driver.ts';
import { putText, storeConformance } from './store.conformance.ts';

const RESERVED_BYTES = 64 * 1024;

storeConformance('sqlite', async () => {
  const folder = testFolder('store');
  return {
    open: (options) => openSqliteStore({ ...options, folder, reservedBytes: RESERVED_BYTES }),
    destroy: async () => fs.rmSync(folder, { recursive: true }),
  };
});

test('a ping is answered after what the log was given before, and writes nothing', async () => {
  const folder = testFolder('store');
  const store = await openSqliteStore({ folder, index: () => '', reservedBytes: RESERVED_BYTES });
  try {
    let committed = false;
    const written = putText(store, '/a', 'x').then(() => {
      committed = true;
    });
    // The write joins its batch first.
    await Promise.resolve();
    await store.ping();
    assert.equal(committed, true);
    await written;
    const bytes = fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).mtimeMs]);
    for (let i = 0; i < 100; i++) await store.ping();
    assert.deepEqual(
      fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).mtimeMs]),
      bytes,
    );
  } finally {
    await store.close();
    fs.rmSync(folder, { recursive: true });
  }
});
