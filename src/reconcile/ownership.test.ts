// Adoption and release by selector and uid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsInclude } from '#base';
import { resourceOf } from '#client';
import type { Pod, ReplicaSet } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { fakeClient } from './client.fake.ts';
import { claimDependents, isControlledBy, ownerReference } from './ownership.ts';

const pods = resourceOf<Pod>('', 'v1', 'pods');
const sets = resourceOf<ReplicaSet>('apps', 'v1', 'replicasets');

async function world() {
  const client = fakeClient({ clock: fakeClock() });
  const owner = await client.create(sets, { metadata: { namespace: 'n', name: 'web' } });
  const pod = (name: string, app: string, by?: ReplicaSet) =>
    client.create(pods, {
      metadata: {
        namespace: 'n',
        name,
        labels: { app },
        ...(by ? { ownerReferences: [ownerReference(sets, by)] } : {}),
      },
    });
  const claim = async (candidates: Pod[]) =>
    (
      await claimDependents({
        client,
        of: pods,
        ownerOf: sets,
        owner,
        candidates,
        matches: (p) => labelsInclude({ app: 'web' }, p.metadata?.labels),
      })
    ).map((p) => p.metadata?.name);
  return { client, owner, pod, claim };
}

test('orphans that match are adopted, dependents that do not match are released, others are left alone', async () => {
  const { client, owner, pod, claim } = await world();
  const other = await client.create(sets, { metadata: { namespace: 'n', name: 'other' } });
  const mine = await pod('mine', 'web', owner);
  const strayed = await pod('strayed', 'db', owner);
  const orphan = await pod('orphan', 'web');
  const stranger = await pod('stranger', 'db');
  const taken = await pod('taken', 'web', other);
  assert.deepEqual(await claim([mine, strayed, orphan, stranger, taken]), ['mine', 'orphan']);
  assert.ok(isControlledBy(await client.get(pods, { namespace: 'n', name: 'orphan' }), owner));
  assert.deepEqual((await client.get(pods, { namespace: 'n', name: 'strayed' })).metadata?.ownerReferences, []);
});

test('the namesake of a deleted owner adopts nothing on its behalf', async () => {
  const { client, owner, pod, claim } = await world();
  const orphan = await pod('orphan', 'web');
  await client.delete(sets, { namespace: 'n', name: 'web' });
  await client.create(sets, { metadata: { namespace: 'n', name: 'web' } });
  assert.deepEqual(await claim([orphan]), []);
  assert.equal(isControlledBy(await client.get(pods, { namespace: 'n', name: 'orphan' }), owner), false);
});
