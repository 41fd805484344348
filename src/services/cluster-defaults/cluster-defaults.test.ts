// Default objects come, come back, and are not changed back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { StorageClass } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { fakeClient, runControllers } from '#reconcile';
import { clusterDefaultsController } from './index.ts';

test('what is missing is made, what was deleted comes back, what was changed stays', async () => {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const classes = resourceOf<StorageClass>('storage.k8s.io', 'v1', 'storageclasses');
  await client.create(resourceOf('', 'v1', 'namespaces'), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system' },
  });
  const running = runControllers([clusterDefaultsController({ client, dnsAddress: '172.28.0.10' })], {
    clock,
    log: memoryLog(),
  });
  await clock.advance(1000);
  const name = 'ase-node-local';
  assert.equal((await client.get(classes, { name })).volumeBindingMode, 'WaitForFirstConsumer');
  const body = { metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'false' } } };
  await client.patch(classes, { name }, { type: 'merge', body });
  await clock.advance(1000);
  assert.equal(
    (await client.get(classes, { name })).metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'],
    'false',
  );
  await client.delete(classes, { name });
  await clock.advance(1000);
  assert.equal((await client.get(classes, { name })).metadata?.name, name);
  await running.stop();
});

test('a site of two nodes has the class of replicated volumes too, and it is the default', async () => {
  for (const replicatedVolumes of [false, true]) {
    const clock = fakeClock();
    const client = fakeClient({ clock });
    await client.create(resourceOf('', 'v1', 'namespaces'), { metadata: { name: 'kube-system' } });
    const options = { client, dnsAddress: '172.28.0.10', replicatedVolumes };
    const running = runControllers([clusterDefaultsController(options)], { clock, log: memoryLog() });
    await clock.advance(1000);
    const classes = (await client.list(resourceOf<StorageClass>('storage.k8s.io', 'v1', 'storageclasses'))).items;
    const isDefault = 'storageclass.kubernetes.io/is-default-class';
    assert.deepEqual(
      classes.map(({ metadata, provisioner }) => [metadata?.name, provisioner, metadata?.annotations?.[isDefault]]),
      [
        ['ase-node-local', 'holdfast.dev/node-local', replicatedVolumes ? undefined : 'true'],
        ...(replicatedVolumes ? [['ase-replicated', 'replicated.holdfast.dev', 'true']] : []),
      ],
    );
    const drivers = (await client.list(resourceOf('storage.k8s.io', 'v1', 'csidrivers'))).items;
    assert.deepEqual(
      drivers.map(({ metadata }) => metadata?.name),
      replicatedVolumes ? ['replicated.holdfast.dev'] : [],
    );
    await running.stop();
  }
});
