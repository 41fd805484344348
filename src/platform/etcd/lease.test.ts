// Leases on a real etcd of three members with mutual TLS: what is renewed lives, over the death of the member that leads; what is
// not goes, with its keys.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WorldError } from '#base';
import { EtcdClient } from './client.ts';
import { type EtcdCluster, startEtcdCluster } from './cluster.fake.ts';

const NAMES = ['node-a', 'node-b', 'witness'];
let cluster: EtcdCluster;
before(async () => {
  cluster = await startEtcdCluster(NAMES);
});
after(() => cluster.stop());

const clientOf = (name: string): EtcdClient => new EtcdClient({ ...cluster.clientOf(name), timeoutMs: 1_000 });

async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadlineMs, 'in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function holdsKey(client: EtcdClient, key: string): Promise<boolean> {
  return (await client.range({ key: Buffer.from(key) })).kvs.length === 1;
}

async function putUnder(client: EtcdClient, key: string, lease: number): Promise<void> {
  const put = { request_put: { key: Buffer.from(key), value: Buffer.from('here'), lease } };
  await client.txn({ compare: [], success: [put] });
}

test('a lease that is renewed lives and adds nothing to the log; one that is not goes with its key', async () => {
  const client = clientOf('node-a');
  try {
    const { ttlMs } = await client.grant(1001, 2_000);
    assert.equal(ttlMs, 2_000);
    await client.grant(1002, 2_000);
    await putUnder(client, '/renewed', 1001);
    await putUnder(client, '/left', 1002);
    const { header } = await client.range({ key: Buffer.from('/renewed') });
    const renewing = client.keepAlive(1001);
    await untilTrue(async () => {
      assert.deepEqual((await renewing.renew()).ttlMs, 2_000);
      return !(await holdsKey(client, '/left'));
    });
    assert.equal(await holdsKey(client, '/renewed'), true);
    const end = (await client.range({ key: Buffer.from('/renewed') })).header;
    assert.equal(end.revision, header.revision + 1, 'the end of the other key, and nothing else');
    await client.revoke(1001);
    assert.equal(await holdsKey(client, '/renewed'), false);
    await assert.rejects(renewing.renew(), (error: WorldError) => error.code === 'NotFound');
    renewing.close();
    await assert.rejects(renewing.renew(), (error: WorldError) => error.code === 'Unavailable');
  } finally {
    client.close();
  }
});

test('a lease outlives the death of any member, and is renewed by another', async () => {
  const client = clientOf('node-b');
  try {
    await client.grant(1003, 6_000);
    await putUnder(client, '/kept', 1003);
    for (const name of NAMES) {
      const member = cluster.members.get(name);
      await member?.kill();
      await untilTrue(async () => {
        const renewing = client.keepAlive(1003);
        const answer = await Promise.race([
          renewing.renew().catch((error: WorldError) => error),
          new Promise((resolve) => setTimeout(resolve, 1_000)),
        ]);
        renewing.close();
        if (answer instanceof WorldError) assert.notEqual(answer.code, 'NotFound');
        return answer !== undefined && !(answer instanceof WorldError);
      });
      await member?.start();
      await untilTrue(() => holdsKey(client, '/kept').catch(() => false));
    }
  } finally {
    client.close();
  }
});

test('whoever shows no certificate is not let in', async () => {
  const { endpoints, tls } = cluster.clientOf('node-a');
  assert.ok(typeof tls === 'object');
  const client = new EtcdClient({ endpoints, tls: { ca: tls.ca, serverName: tls.serverName }, timeoutMs: 1_000 });
  await assert.rejects(
    client.range({ key: Buffer.from('/kept') }),
    (error: WorldError) => error.code === 'Unavailable',
  );
  client.close();
});
