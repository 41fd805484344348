// A store that moves from SQLite into a real etcd and back while it is written to and watched.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { EtcdClient, type EtcdServer, startEtcd } from '#platform/etcd';
import { testFolder } from '#platform/process';
import type { Store } from './contract.ts';
import { type EtcdStoreOptions, etcdPlace, followEtcdStore, openEtcdStore } from './etcd.driver.ts';
import { openMemoryStore } from './memory.driver.ts';
import { locateStore } from './place.ts';
import type { Sealing } from './sealed.record.ts';
import { openSqliteStore, sqlitePlace } from './sqlite.driver.ts';
import { deleteText, putText, watchLines } from './store.conformance.ts';

const RESERVED_BYTES = 64 * 1024;

let server: EtcdServer;
let folder: string;
before(async () => {
  server = await startEtcd();
  folder = testFolder('move');
});
after(async () => {
  await server.stop();
  fs.rmSync(folder, { recursive: true });
});

interface Places {
  readonly sqlite: { readonly folder: string; readonly reservedBytes: number; readonly index: () => string };
  readonly etcd: EtcdStoreOptions<string>;
}

function places(more: { sealing?: Sealing } = {}): Places {
  return {
    sqlite: { folder: path.join(folder, randomUUID()), reservedBytes: RESERVED_BYTES, index: () => '' },
    etcd: {
      endpoints: [server.endpoint],
      prefix: `/test/${randomUUID()}`,
      identity: randomUUID(),
      index: () => '',
      ...more,
    },
  };
}

/** Writes while `act` runs; what was acknowledged. */
async function written(store: Store<string>, act: () => Promise<unknown>): Promise<number[]> {
  const revisions: number[] = [];
  let isOver = false;
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let i = 0; !isOver; i++) {
      const key = `/k/${(i + writer) % 7}`;
      const done = await (i % 5 === 4 ? deleteText(store, key) : putText(store, key, `${writer}.${i}`));
      if (done.kind !== 'kept') revisions.push(done.entry.revision);
    }
  });
  try {
    await act();
  } finally {
    isOver = true;
    await Promise.all(writers);
  }
  return revisions.toSorted((a, b) => a - b);
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('from SQLite into etcd and back: no write fails, no watch misses or ends, revisions go on', async () => {
  const { sqlite, etcd } = places();
  const store = await openSqliteStore(sqlite);
  for (let i = 0; i < 3000; i++) void putText(store, `/many/${i % 1500}`, `${i}`);
  await store.ping();
  await putText(store, '/last', 'x');
  const seen = watchLines(store, '', 1);
  const first = store.revision;
  const into = await written(store, async () => {
    assert.deepEqual(await store.moveTo(etcdPlace(etcd)), {
      from: `the database in ${sqlite.folder}`,
      to: `etcd, under ${etcd.prefix}`,
      generation: 2,
    });
  });
  assert.deepEqual(into, numbers(first + 1, store.revision));
  // What is there now is in etcd: a standby has the same, history included, and follows.
  const standby = await followEtcdStore({ ...etcd, identity: randomUUID() });
  assert.deepEqual(watchLines(standby, '', 1).lines, seen.lines);
  assert.deepEqual(standby.list({ prefix: '' }), store.list({ prefix: '' }));
  await standby.close();
  const middle = store.revision;
  const back = await written(store, () => store.moveTo(sqlitePlace(sqlite)));
  assert.deepEqual(back, numbers(middle + 1, store.revision));
  const list = store.list({ prefix: '' });
  await store.close();
  assert.equal(seen.lines.pop(), 'lost');
  const again = await openSqliteStore(sqlite);
  assert.deepEqual(watchLines(again, '', 1).lines, seen.lines);
  assert.deepEqual(again.list({ prefix: '' }), list);
  await again.close();
});

test('a database that its store has left says where it went, and takes no write', async () => {
  const { sqlite, etcd } = places();
  const store = await openSqliteStore(sqlite);
  await putText(store, '/a', 'x');
  await store.moveTo(etcdPlace(etcd));
  await putText(store, '/a', 'y');
  await store.close();
  const file = fs.readFileSync(path.join(sqlite.folder, 'store.db'));
  await assert.rejects(openSqliteStore(sqlite), (error: Error & { code?: string; details?: { cure?: string } }) => {
    assert.equal(error.code, 'Conflict');
    assert.match(error.message, /has left .*\(generation 2\).*takes no write/);
    assert.match(error.details?.cure ?? '', /holdfast up/);
    return true;
  });
  assert.deepEqual(fs.readFileSync(path.join(sqlite.folder, 'store.db')), file);
  assert.equal((await locateStore(sqlitePlace(sqlite), etcdPlace(etcd))).place, 'there');
});

test('etcd that its store has left takes no write of anybody, and a standby is not promoted', async () => {
  const { sqlite, etcd } = places();
  const store = await openEtcdStore(etcd);
  await putText(store, '/a', 'x');
  const standby = await followEtcdStore({ ...etcd, identity: randomUUID() });
  await store.moveTo(sqlitePlace(sqlite));
  await putText(store, '/a', 'y');
  await assert.rejects(standby.promote(), { code: 'Conflict', message: /has left etcd/ });
  await assert.rejects(openEtcdStore({ ...etcd, identity: randomUUID() }), { code: 'Conflict' });
  await assert.rejects(followEtcdStore({ ...etcd, identity: randomUUID() }), { code: 'Conflict' });
  await standby.close();
  await store.close();
  assert.equal((await locateStore(etcdPlace(etcd), sqlitePlace(sqlite))).place, 'there');
  assert.equal((await locateStore(sqlitePlace(sqlite), etcdPlace(etcd))).place, 'here');
});

test('what is secret is sealed where the store moves to', async () => {
  const key = { id: 1, secret: Buffer.alloc(32, 7) };
  const sealing: Sealing = { isSecret: (name) => name.startsWith('/secret'), keys: () => [key] };
  const { sqlite, etcd } = places({ sealing });
  const store = await openSqliteStore(sqlite);
  await putText(store, '/secret', 'the word');
  await putText(store, '/open', 'no word');
  await store.moveTo(etcdPlace(etcd));
  await store.close();
  const client = new EtcdClient({ endpoints: [server.endpoint] });
  const [start, end] = [Buffer.from(`${etcd.prefix}/`), Buffer.from(`${etcd.prefix}0`)];
  const { kvs } = await client.range({ key: start, range_end: end });
  client.close();
  const all = kvs.map(({ value }) => value.toString('latin1')).join();
  assert.ok(all.includes('no word') && !all.includes('the word'));
  const again = await openEtcdStore({ ...etcd, identity: randomUUID() });
  assert.deepEqual(watchLines(again, '/secret', 1).lines, ['added /secret the word@2']);
  await again.close();
});

test('a move that etcd does not answer leaves the store where it is; it moves another time', async () => {
  const { sqlite, etcd } = places();
  const store = await openSqliteStore(sqlite);
  await putText(store, '/a', 'x');
  await server.pause();
  await assert.rejects(store.moveTo(etcdPlace({ ...etcd, timeoutMs: 300 })), { code: 'Unavailable' });
  await putText(store, '/a', 'y');
  server.resume();
  await store.moveTo(etcdPlace({ ...etcd, identity: randomUUID() }));
  await putText(store, '/a', 'z');
  assert.deepEqual(watchLines(store, '', 1).lines, [
    'added /a x@2',
    'modified /a y@3 was x@2',
    'modified /a z@4 was y@3',
  ]);
  await store.close();
});

test('a store without a log does not move', async () => {
  const store = openMemoryStore({ index: () => '' });
  await assert.rejects(store.moveTo(sqlitePlace(places().sqlite)), { code: 'Unsupported' });
  await store.close();
});
