// The index of a cache follows its changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { Pod } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { indexCache } from './cache-index.ts';
import { fakeClient } from './client.fake.ts';

const pods = resourceOf<Pod>('', 'v1', 'pods');

test('objects move between keys as they change, and leave when they are deleted', async () => {
  const client = fakeClient({ clock: fakeClock() });
  const create = (name: string, app: string) =>
    client.create(pods, { metadata: { namespace: 'n', name, labels: { app } } });
  await create('before', 'x');
  const index = indexCache(client.cache(pods), (pod) => [pod.metadata?.labels?.app ?? '']);
  const names = (key: string) => index.get(key).map((p) => p.metadata?.name);
  await create('after', 'x');
  assert.deepEqual(names('x'), ['before', 'after']);
  await client.patch(
    pods,
    { namespace: 'n', name: 'before' },
    { type: 'merge', body: { metadata: { labels: { app: 'y' } } } },
  );
  assert.deepEqual([names('x'), names('y')], [['after'], ['before']]);
  await client.delete(pods, { namespace: 'n', name: 'after' });
  assert.deepEqual([names('x'), [...index.keys()]], [[], ['y']]);
});
