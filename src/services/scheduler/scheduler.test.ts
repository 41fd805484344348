// The scheduler on a client without a server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { Event, Node, Pod } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { fakeClient } from '#reconcile';
import { startScheduler } from './start-scheduler.ts';

const pods = resourceOf<Pod>('', 'v1', 'pods');
const nodes = resourceOf<Node>('', 'v1', 'nodes');
const events = resourceOf<Event>('', 'v1', 'events');

function world() {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const log = memoryLog();
  const start = () => startScheduler({ client, clock, log });
  const settle = async () => {
    for (let i = 0; i < 40; i++) await clock.advance(0);
  };
  const node = (name: string, more: Partial<Node> = {}) =>
    client.create(nodes, {
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      status: { allocatable: { cpu: '2', memory: '4Gi', pods: '110' } },
      ...more,
    });
  const pod = (name: string, cpu = '100m', more: Partial<Pod['spec']> = {}) =>
    client.create(pods, {
      metadata: { namespace: 'n', name, labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }], ...more },
    });
  const placeOf = async (name: string) => (await client.get(pods, { namespace: 'n', name })).spec?.nodeName;
  return { clock, client, log, start, settle, node, pod, placeOf };
}

test('pods are spread over nodes, told of, and never put where they do not fit', async () => {
  const { client, start, settle, node, pod, placeOf } = world();
  const scheduler = start();
  await node('a');
  await node('b');
  for (let i = 0; i < 4; i++) await pod(`p${i}`, '900m');
  await pod('late', '900m');
  await settle();
  const places = await Promise.all([0, 1, 2, 3].map((i) => placeOf(`p${i}`)));
  assert.deepEqual(places.sort(), ['a', 'a', 'b', 'b']);
  assert.equal(await placeOf('late'), undefined);
  const late = await client.get(pods, { namespace: 'n', name: 'late' });
  const condition = late.status?.conditions?.find((c) => c.type === 'PodScheduled');
  assert.equal(condition?.reason, 'Unschedulable');
  assert.equal(condition?.message, '0/2 nodes are available: 2 Insufficient cpu.');
  await scheduler.stop();
  const reasons = (await client.list(events)).items.map((e) => `${e.reason} ${e.involvedObject.name}`);
  assert.deepEqual(reasons.sort(), ['FailedScheduling late', ...[0, 1, 2, 3].map((i) => `Scheduled p${i}`)]);
});

test('a pod that did not fit is placed when another one goes, after its backoff', async () => {
  const { clock, client, start, settle, node, pod, placeOf } = world();
  const scheduler = start();
  await node('a');
  await pod('first', '1500m');
  await settle();
  await pod('second', '1500m');
  await settle();
  assert.equal(await placeOf('second'), undefined);
  await client.delete(pods, { namespace: 'n', name: 'first' }, { gracePeriodSeconds: 0 });
  await settle();
  assert.equal(await placeOf('second'), undefined, 'still in backoff');
  await clock.advance(1000);
  await settle();
  assert.equal(await placeOf('second'), 'a');
  await scheduler.stop();
});

test('a binding that fails gives the room back and is tried again', async () => {
  const { clock, client, start, settle, node, pod, placeOf } = world();
  let refusals = 1;
  client.refuse = (verb, resource) => {
    if (`${verb} ${resource}` === 'create pods/binding' && refusals-- > 0) throw new Error('away');
  };
  const scheduler = start();
  await node('a');
  await pod('only', '2');
  await settle();
  assert.equal(await placeOf('only'), undefined);
  await clock.advance(1000);
  await settle();
  assert.equal(await placeOf('only'), 'a');
  await scheduler.stop();
});

test('gates hold a pod back, priority goes first', async () => {
  const { client, start, settle, node, pod, placeOf } = world();
  await pod('gated', '100m', { schedulingGates: [{ name: 'wait' }] });
  await pod('low', '2', { priority: 1 });
  await pod('high', '2', { priority: 1000 });
  await node('a');
  const scheduler = start();
  await settle();
  assert.deepEqual([await placeOf('gated'), await placeOf('low'), await placeOf('high')], [undefined, undefined, 'a']);
  await client.delete(pods, { namespace: 'n', name: 'high' }, { gracePeriodSeconds: 0 });
  await client.patch(
    pods,
    { namespace: 'n', name: 'gated' },
    { type: 'merge', body: { spec: { schedulingGates: null } } },
  );
  await settle();
  assert.equal(await placeOf('gated'), 'a');
  await scheduler.stop();
});
