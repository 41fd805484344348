// Members of a real etcd that are taken out: what stays has a majority, and what was taken out gets none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import { systemClock } from '#platform/clock';
import { EtcdClient, startEtcdCluster } from '#platform/etcd';
import { removeMembers } from './remove-members.ts';

/** Asks until etcd answers. */
async function answered<T>(act: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;)
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof WorldError && error.code === 'Unavailable') || performance.now() > deadline) throw error;
    }
}

test('of three members two are taken out, one of them dead: the one that is left goes on alone, and the dead one is not counted again', async (t) => {
  const cluster = await startEtcdCluster(['node-a', 'node-b', 'witness']);
  t.after(() => cluster.stop());
  const options = { ...cluster.clientOf('node-a'), timeoutMs: 10_000 };
  const client = new EtcdClient({ ...options, endpoints: options.endpoints.slice(0, 1) });
  t.after(() => client.close());
  const put = (value: string) =>
    client.txn({ compare: [], success: [{ request_put: { key: Buffer.from('k'), value: Buffer.from(value) } }] });
  await put('before');
  await cluster.members.get('node-b')?.stop();
  await removeMembers({ etcd: options, voters: ['node-b', 'witness'], clock: systemClock, patienceMs: 60_000 });
  // The one that led may have been taken out: then another is elected first.
  const names = await answered(async () => (await client.members()).map(({ name }) => name));
  assert.deepEqual(names, ['node-a']);
  await cluster.members.get('witness')?.stop();
  await answered(() => put('alone'));
  const { kvs } = await client.range({ key: Buffer.from('k') });
  assert.equal(kvs[0]?.value.toString(), 'alone');
  // Again does nothing.
  await removeMembers({ etcd: options, voters: ['node-b', 'witness'], clock: systemClock, patienceMs: 60_000 });
});

test('without a majority nobody is taken out', async (t) => {
  const cluster = await startEtcdCluster(['node-a', 'node-b', 'witness']);
  t.after(() => cluster.stop());
  await Promise.all(['node-b', 'witness'].map((name) => cluster.members.get(name)?.stop()));
  const options = { ...cluster.clientOf('node-a'), timeoutMs: 500 };
  const etcd = { ...options, endpoints: options.endpoints.slice(0, 1) };
  await assert.rejects(removeMembers({ etcd, voters: ['node-b'], clock: systemClock, patienceMs: 1_000 }), {
    name: 'WorldError',
    code: 'Unavailable',
  });
});
