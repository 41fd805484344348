// Records sealed anew with another key, where they stand: on a log in memory and in a real etcd, with a standby, ended in the middle.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { WorldError } from '#base';
import { EtcdClient, type EtcdServer, startEtcd } from '#platform/etcd';
import { newSealSecret, type SealKeys, sealedWith } from '#platform/seal';
import type { Store } from './contract.ts';
import { StoreEngine } from './core/engine.ts';
import { followEtcdStore, openEtcdStore } from './etcd.driver.ts';
import { EtcdLog } from './etcd.log.ts';
import { MemoryRecords, memoryLog } from './memory.driver.ts';
import { sealedLog } from './sealed.log.ts';
import { deleteText, putText, textOf, watchLines } from './store.conformance.ts';

let server: EtcdServer;
before(async () => {
  server = await startEtcd();
});
after(() => server.stop());

const [first, second] = [1, 2].map((id) => ({ id, secret: newSealSecret() }));
assert.ok(first && second);
const BOTH: SealKeys = [second, first];
const isSecret = (key: string): boolean => key.startsWith('/secrets/');

/** Until nothing is left; answers in how many steps. */
async function resealAll(store: Store<string>, most: number): Promise<number> {
  for (let steps = 1; ; steps++) {
    const done = await store.reseal(most);
    assert.ok(done);
    if (done.left === 0) return steps;
    assert.ok(done.resealed > 0, 'each step brings it on');
  }
}

test('what an earlier key sealed, or none, is sealed anew some at a time, and nobody who watches sees anything of it', async () => {
  const records = new MemoryRecords();
  let keys: SealKeys | undefined;
  const open = async (): Promise<StoreEngine<string>> => {
    const sealing = keys && { isSecret, keys: () => keys as SealKeys };
    const engine = new StoreEngine<string>(sealedLog(memoryLog(records), sealing), { index: () => '' });
    await engine.start();
    return engine;
  };
  const plain = await open();
  for (let i = 0; i < 5; i++) await putText(plain, `/secrets/${i}`, `clear ${i}`);
  assert.equal(await plain.reseal(10), undefined, 'where nothing is sealed there is nothing to do');
  await plain.close();
  keys = [first];
  const store = await open();
  for (let i = 5; i < 10; i++) await putText(store, `/secrets/${i}`, `first ${i}`);
  await putText(store, '/configmaps/a', 'for all eyes');
  await deleteText(store, '/secrets/9');
  keys = BOTH;
  const { revision } = store;
  const lines = watchLines(store, '/', revision);
  assert.deepEqual(await store.reseal(3), { key: 2, resealed: 3, left: 8 });
  assert.equal(store.revision, revision);
  assert.deepEqual(lines.lines, []);
  await store.close();
  const again = await open();
  assert.equal(await resealAll(again, 3), 3, 'eight are left, three at a time');
  keys = [second];
  await again.close();
  const only = await open();
  for (let i = 0; i < 9; i++)
    assert.equal(textOf(only.get(`/secrets/${i}`))?.startsWith(i < 5 ? 'clear' : 'first'), true);
  await only.close();
  for (const { key, bytes } of records.records.values()) assert.equal(sealedWith(bytes), isSecret(key) ? 2 : undefined);
});

test('what is written while the key changes counts as left until it is written', async () => {
  const records = new MemoryRecords();
  let keys: SealKeys = [first];
  let release = (): void => undefined;
  const log = memoryLog(records);
  const slow = {
    ...log,
    append: async (batch: Parameters<typeof log.append>[0]) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      await log.append(batch);
    },
  };
  const store = new StoreEngine<string>(sealedLog(slow, { isSecret, keys: () => keys }), { index: () => '' });
  await store.start();
  const written = putText(store, '/secrets/a', 'under way');
  await new Promise((resolve) => setImmediate(resolve));
  keys = BOTH;
  assert.deepEqual(await store.reseal(10), { key: 2, resealed: 0, left: 1 });
  release();
  await written;
  assert.deepEqual(await store.reseal(10), { key: 2, resealed: 1, left: 0 });
  await store.close();
});

test('etcd: records are sealed anew under a standby that sees nothing of it, and goes on once it is promoted', async () => {
  const prefix = `/test/${randomUUID()}`;
  let keys: SealKeys = [first];
  const options = { endpoints: [server.endpoint], prefix, index: () => '', sealing: { isSecret, keys: () => keys } };
  const writer = await openEtcdStore({ ...options, identity: randomUUID() });
  for (let i = 0; i < 250; i++) await putText(writer, `/secrets/${i % 200}`, `${i}`);
  const standby = await followEtcdStore({ ...options, identity: randomUUID() });
  const lines = watchLines(standby, '/', standby.revision);
  keys = BOTH;
  const half = await writer.reseal(1_000);
  assert.deepEqual(half, { key: 2, resealed: 100, left: 150 }, 'a transaction at a time');
  await putText(writer, '/secrets/new', 'meanwhile');
  await standby.promote();
  await assert.rejects(writer.reseal(10), { code: 'Unavailable' });
  assert.deepEqual(lines.lines, ['added /secrets/new meanwhile@252']);
  await resealAll(standby, 100);
  keys = [second];
  const reader = await openEtcdStore({ ...options, identity: randomUUID() });
  for (const i of [0, 49, 50, 199])
    assert.ok(textOf(reader.get(`/secrets/${i}`))?.startsWith(`${i < 50 ? i + 200 : i}@`));
  await Promise.all([writer.close(), standby.close(), reader.close()]);
});

test('etcd: a record that was dropped is never made again, also not by what arrives late', async () => {
  const prefix = `/test/${randomUUID()}`;
  const client = new EtcdClient({ endpoints: [server.endpoint] });
  const log = new EtcdLog(client, { prefix, identity: randomUUID() });
  await log.claim();
  const record = (revision: number) => ({ revision, kind: 'put', key: '/a', bytes: Buffer.from('x') }) as const;
  await log.append([record(2), record(3)]);
  await log.drop([2], 2);
  const refused = (error: unknown): boolean => error instanceof WorldError && error.code === 'Conflict';
  await assert.rejects(log.rewrite([record(2), record(3)]), refused);
  const seen: number[] = [];
  await log.read(0, ({ records }) => seen.push(...records.map(({ revision }) => revision)));
  assert.deepEqual(seen, [3]);
  await log.rewrite([{ ...record(3), bytes: Buffer.from('y') }]);
  const other = new EtcdLog(new EtcdClient({ endpoints: [server.endpoint] }), { prefix, identity: randomUUID() });
  await other.claim();
  await assert.rejects(log.rewrite([record(3)]), { code: 'Unavailable' });
  await Promise.all([log.close(), other.close()]);
});
