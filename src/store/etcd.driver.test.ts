// The etcd driver against a real etcd: the suite of all drivers, and what only several owners can do to each other.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { WorldError } from '#base';
import { EtcdClient, type EtcdServer, startEtcd } from '#platform/etcd';
import type { StoreNotice } from './contract.ts';
import { type EtcdStoreOptions, followEtcdStore, openEtcdStore } from './etcd.driver.ts';
import { EtcdLog } from './etcd.log.ts';
import { deleteText, putText, storeConformance, textOf, watchLines } from './store.conformance.ts';

let server: EtcdServer;
before(async () => {
  server = await startEtcd();
});
after(() => server.stop());

storeConformance('etcd', async () => {
  const prefix = `/test/${randomUUID()}`;
  return {
    open: (options) => openEtcdStore({ ...options, endpoints: [server.endpoint], prefix, identity: randomUUID() }),
    destroy: async () => undefined,
  };
});

function options(more: Partial<EtcdStoreOptions<string>> = {}): EtcdStoreOptions<string> {
  const prefix = `/test/${randomUUID()}`;
  return { endpoints: [server.endpoint], prefix, identity: randomUUID(), index: () => '', ...more };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function lead(key: string, value: string): Promise<void> {
  const client = new EtcdClient({ endpoints: [server.endpoint] });
  const put = { request_put: { key: Buffer.from(key), value: Buffer.from(value) } };
  await client.txn({ compare: [], success: [put] });
  client.close();
}

test('etcd: no answer in time is ambiguous; the store mends itself and nothing that was acknowledged is lost', async () => {
  const notices: StoreNotice[] = [];
  const store = await openEtcdStore(options({ timeoutMs: 300, notice: (notice) => notices.push(notice) }));
  await putText(store, '/a', 'before');
  await server.pause();
  const write = putText(store, '/b', 'during').then(
    () => 'written',
    (error) => error.code,
  );
  await until(() => store.state === 'reloading');
  assert.equal(textOf(store.get('/a')), 'before@2', 'reads go on');
  server.resume();
  assert.equal(await write, 'Ambiguous');
  assert.equal(store.state, 'open');
  const now = textOf(store.get('/b'));
  await putText(store, '/c', 'after');
  assert.equal(textOf(store.get('/a')), 'before@2');
  assert.equal(textOf(store.get('/b')), now);
  await store.close();
});

test('etcd: what was sent before a claim has no effect when it arrives after it', async () => {
  const client = new EtcdClient({ endpoints: [server.endpoint] });
  type Request = Parameters<EtcdClient['txn']>[0];
  const late: Request[] = [];
  let slow = false;
  const wire = new Proxy(client, {
    get: (target, name) => {
      if (name !== 'txn' || !slow) return Reflect.get(target, name).bind(target);
      return async (request: Request): Promise<never> => {
        late.push(request);
        throw new WorldError('Unavailable', 'no answer in time');
      };
    },
  });
  const log = new EtcdLog(wire, { prefix: `/test/${randomUUID()}`, identity: randomUUID() });
  await log.claim();
  slow = true;
  const record = { revision: 2, kind: 'put', key: '/a', bytes: Buffer.from('x') } as const;
  await assert.rejects(log.append([record]), { code: 'Failed' });
  slow = false;
  await log.claim();
  const [request] = late;
  assert.ok(request !== undefined);
  assert.equal((await client.txn(request)).succeeded, false);
  await log.append([{ ...record, bytes: Buffer.from('y') }]);
  const seen: string[] = [];
  await log.read(0, ({ records }) => seen.push(...records.map(({ bytes }) => Buffer.from(bytes).toString())));
  assert.deepEqual(seen, ['y']);
  await log.close();
});

test('etcd: another claim ends writing; the first follows on', async () => {
  const shared = options();
  const one = await openEtcdStore(shared);
  await putText(one, '/a', 'x');
  const two = await openEtcdStore({ ...shared, identity: randomUUID() });
  await assert.rejects(putText(one, '/a', 'y'), { name: 'WorldError', code: 'Unavailable' });
  assert.equal(one.state, 'read-only');
  await putText(two, '/a', 'z');
  await until(() => textOf(one.get('/a')) === 'z@3');
  await one.close();
  await two.close();
});

test('etcd: who does not hold the leadership key neither opens nor writes', async () => {
  const key = `/leader/${randomUUID()}`;
  const led = options({ leader: { key, value: 'node-a' } });
  await assert.rejects(openEtcdStore(led), { code: 'Unavailable', message: /holds nothing/ });
  await lead(key, 'node-a');
  const store = await openEtcdStore(led);
  await putText(store, '/a', 'x');
  await lead(key, 'node-b');
  await assert.rejects(putText(store, '/a', 'y'), { code: 'Unavailable' });
  assert.equal(store.state, 'read-only');
  await assert.rejects(openEtcdStore(led), { code: 'Unavailable', message: /holds node-b/ });
  const other = await openEtcdStore({ ...led, identity: randomUUID(), leader: { key, value: 'node-b' } });
  assert.equal(textOf(other.get('/a')), 'x@2');
  await store.close();
  await other.close();
});

test('etcd: a standby follows with history, takes over without losing an event', async () => {
  const shared = options();
  const writer = await openEtcdStore(shared);
  for (let i = 0; i < 30; i++) await putText(writer, `/k/${i % 4}`, `${i}`);
  const standby = await followEtcdStore({ ...shared, identity: randomUUID() });
  const [seen, expected] = [watchLines(standby, '/k/', 10), watchLines(writer, '/k/', 10)];
  await Promise.all(Array.from({ length: 400 }, (_, i) => putText(writer, `/k/${i % 9}`, `${i}`)));
  await deleteText(writer, '/k/2');
  await standby.promote();
  assert.deepEqual(seen.lines, expected.lines);
  assert.equal((await putText(standby, '/k/2', 'own')).entry?.revision, writer.revision + 1);
  await assert.rejects(putText(writer, '/k/2', 'late'), { code: 'Unavailable' });
  await standby.close();
  await writer.close();
});

test('etcd: a standby stays with the log through a crash of etcd and a compaction', async () => {
  const shared = options({ timeoutMs: 1000, historyEvents: 20 });
  const writer = await openEtcdStore(shared);
  const standby = await followEtcdStore({ ...shared, identity: randomUUID() });
  for (let i = 0; i < 60; i++) await putText(writer, `/k/${i % 4}`, `${i}`);
  await writer.compact(writer.revision);
  await server.crash();
  let last: string | undefined;
  await until(async () => {
    last = await putText(writer, '/k/0', 'after').then(
      (outcome) => textOf(outcome.entry),
      () => undefined,
    );
    return last !== undefined;
  });
  await until(() => textOf(standby.get('/k/0')) === last);
  assert.deepEqual(standby.list({ prefix: '' }), writer.list({ prefix: '' }));
  await standby.close();
  await writer.close();
});

test('etcd: beyond its quota puts are refused, deletes go on, and compaction makes room', async (t) => {
  const notices: string[] = [];
  const own = await startEtcd();
  t.after(() => own.stop());
  const store = await openEtcdStore(
    options({
      endpoints: [own.endpoint],
      quotaBytes: 4_000_000,
      historyEvents: 10,
      notice: ({ kind }) => notices.push(kind),
    }),
  );
  const put = (key: string): Promise<unknown> =>
    store.write(key, () => ({ kind: 'put', encode: () => new Uint8Array(300_000) }));
  let keys = 0;
  await until(async () => {
    const refused = await put(`/k/${keys++}`).then(
      () => false,
      (error) => error.code === 'Exhausted',
    );
    return refused;
  });
  assert.ok(keys > 8 && keys < 60, `${keys} before it was full`);
  for (let i = 0; i < keys - 2; i++) await deleteText(store, `/k/${i}`);
  await store.compact(store.revision);
  await until(() => notices.includes('disk-room'));
  await put('/k/again');
  await store.close();
});
