// Stores whose secrets are sealed: the suite of all drivers, and that what is secret stands nowhere in the clear.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { WorldError } from '#base';
import { testFolder } from '#platform/process';
import { newSealSecret, type SealKeys, sealedWith } from '#platform/seal';
import { StoreEngine } from './core/engine.ts';
import { MemoryRecords, memoryLog } from './memory.driver.ts';
import { restoreSqliteStore } from './restore.ts';
import { sealedLog } from './sealed.log.ts';
import type { Sealing } from './sealed.record.ts';
import { writeSnapshot } from './snapshot.ts';
import { openSqliteStore } from './sqlite.driver.ts';
import { deleteText, putText, storeConformance, textOf, watchLines } from './store.conformance.ts';

const [first, second] = [1, 2].map((id) => ({ id, secret: newSealSecret() }));
assert.ok(first && second);
const sealingWith = (...keys: SealKeys): Sealing => ({
  isSecret: (key) => key.startsWith('/secrets/'),
  keys: () => keys,
});
const everything: Sealing = { isSecret: () => true, keys: () => [first] };

storeConformance('sealed memory', async () => {
  const records = new MemoryRecords();
  return {
    open: async (options) => {
      const engine = new StoreEngine<string>(sealedLog(memoryLog(records), everything), {
        ...options,
        snapshot: writeSnapshot,
      });
      await engine.start();
      return engine;
    },
    destroy: async () => undefined,
  };
});

/** Every file of a folder as one text. */
const textIn = (folder: string): string =>
  fs
    .readdirSync(folder)
    .map((name) => fs.readFileSync(path.join(folder, name), 'latin1'))
    .join();

test('what is secret stands on disk and in snapshots only sealed, and comes back from both', async () => {
  const root = testFolder('sealed');
  const [folder, other, file] = ['store', 'restored', 'snapshot'].map((name) => path.join(root, name));
  assert.ok(folder && other && file);
  const options = { index: () => '', reservedBytes: 0, sealing: sealingWith(first) };
  try {
    const store = await openSqliteStore({ folder, ...options });
    await putText(store, '/secrets/a', 'hunter2');
    await putText(store, '/secrets/b', 'hunter2-gone');
    await deleteText(store, '/secrets/b');
    await putText(store, '/configmaps/a', 'for-all-eyes');
    await store.snapshot(file);
    await store.close();
    for (const text of [textIn(folder), fs.readFileSync(file, 'latin1')]) {
      assert.equal(text.includes('hunter2'), false);
      assert.equal(text.includes('for-all-eyes'), true);
    }
    await restoreSqliteStore({ file, folder: other });
    for (const from of [folder, other]) {
      const again = await openSqliteStore({ folder: from, ...options });
      assert.equal(textOf(again.get('/secrets/a')), 'hunter2@2');
      await again.close();
    }
  } finally {
    fs.rmSync(root, { recursive: true });
  }
});

test('records from before, and from a key before, are read; the next write is sealed with the first key', async () => {
  const records = new MemoryRecords();
  const life = async (sealing: Sealing | undefined, act: (engine: StoreEngine<string>) => Promise<unknown>) => {
    const engine = new StoreEngine<string>(sealedLog(memoryLog(records), sealing), { index: () => '' });
    await engine.start();
    await act(engine);
    await engine.close();
  };
  const keys = (): (number | undefined)[] => [...records.records.values()].map(({ bytes }) => sealedWith(bytes));
  await life(undefined, (engine) => putText(engine, '/secrets/a', 'one'));
  await life(sealingWith(first), async (engine) => {
    assert.equal(textOf(engine.get('/secrets/a')), 'one@2');
    await putText(engine, '/secrets/a', 'two');
  });
  await life(sealingWith(second, first), async (engine) => {
    assert.equal(textOf(engine.get('/secrets/a')), 'two@3');
    await putText(engine, '/secrets/a', 'three');
  });
  assert.deepEqual(keys(), [undefined, 1, 2]);
});

test('a record that cannot be unsealed is refused with the cure, and one that was moved is noticed', async () => {
  const records = new MemoryRecords();
  const open = async (sealing: Sealing): Promise<StoreEngine<string>> => {
    const engine = new StoreEngine<string>(sealedLog(memoryLog(records), sealing), { index: () => '' });
    await engine.start();
    return engine;
  };
  const store = await open(sealingWith(first));
  await putText(store, '/secrets/a', 'mine');
  await putText(store, '/secrets/b', 'yours');
  await store.close();
  const refused = (error: WorldError): boolean =>
    error.code === 'Corrupt' && /give the site the key/.test(error.details.cure ?? '');
  await assert.rejects(open(sealingWith(second)), refused);
  const [a, b] = [...records.records.values()];
  assert.ok(a && b);
  records.records.set(a.revision, { ...a, bytes: b.bytes });
  await assert.rejects(open(sealingWith(first)), (error) => error instanceof WorldError && refused(error));
});

test('a store that stands by sees what is secret, as its writer does', async () => {
  const records = new MemoryRecords();
  const engine = (): StoreEngine<string> =>
    new StoreEngine<string>(sealedLog(memoryLog(records), sealingWith(first)), { index: () => '' });
  const [writer, standby] = [engine(), engine()];
  await writer.start();
  await standby.follow();
  const lines = watchLines(standby, '/', 1);
  await putText(writer, '/secrets/a', 'seen');
  assert.deepEqual(lines.lines, ['added /secrets/a seen@2']);
  await Promise.all([writer.close(), standby.close()]);
});
