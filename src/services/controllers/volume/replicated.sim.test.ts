// Claims of a class of replicated volumes on a simulated site: bound to a volume that names no node, which goes with its claim.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { Event, PersistentVolumeClaim } from '#model/kube';
import { simulatedSite } from '../simulated-site.fixture.ts';

const className = 'ase-replicated';
const claim = (name: string, more: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  metadata: { namespace: 'n', name },
  spec: {
    accessModes: ['ReadWriteMany'],
    storageClassName: className,
    resources: { requests: { storage: '1Gi' } },
    ...more,
  },
});

test('a claim gets a volume that is the same on every node, and takes it along', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  await client.create(kinds.storageClasses, {
    metadata: { name: className },
    provisioner: 'replicated.holdfast.dev',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  });
  const { metadata } = await client.create(kinds.claims, claim('data'));
  await site.settle();
  const at = { namespace: 'n', name: 'data' };
  assert.equal((await client.get(kinds.claims, at)).status?.phase, 'Bound');
  const name = `pvc-${metadata?.uid}`;
  const volume = await client.get(kinds.volumes, { name });
  assert.deepEqual(volume.spec?.csi, { driver: 'replicated.holdfast.dev', volumeHandle: metadata?.uid });
  assert.equal(volume.spec?.nodeAffinity, undefined);
  assert.deepEqual(volume.spec?.accessModes, ['ReadWriteMany']);
  assert.equal(volume.status?.phase, 'Bound');
  await client.delete(kinds.claims, at);
  await site.settle();
  const going = await client.get(kinds.volumes, { name });
  assert.ok(going.metadata?.deletionTimestamp);
  assert.deepEqual(going.metadata?.finalizers, ['holdfast.dev/replicated']);
  await site.stop();
});

test('a claim for a block device gets none, and is told why', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  await client.create(kinds.storageClasses, { metadata: { name: className }, provisioner: 'replicated.holdfast.dev' });
  await client.create(kinds.claims, claim('data', { volumeMode: 'Block' }));
  await site.settle();
  assert.deepEqual((await client.list(kinds.volumes)).items, []);
  const events = (await client.list(resourceOf<Event>('', 'v1', 'events'), { namespace: 'n' })).items;
  assert.ok(events.some(({ reason, message }) => reason === 'ProvisioningFailed' && /Block/.test(message ?? '')));
  await site.stop();
});
