// Nodes that fall silent, come back or go for good, and what becomes of their pods.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskFullError } from '#base';
import { ApiError } from '#client';
import type { Pod } from '#model/kube';
import { terminatedPodsMax } from './limits.ts';
import { type SimulatedSite, simulatedSite } from './simulated-site.fixture.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';

async function podOn(site: SimulatedSite, name: string, node: string, more: Partial<Pod['spec']> = {}): Promise<void> {
  await site.client.create(site.kinds.pods, {
    metadata: { namespace: 'n', name },
    spec: { containers: [{ name: 'c' }], nodeName: node, ...more },
  });
  await site.settle();
}
const patience = (tolerationSeconds?: number) => ({
  tolerations: [{ key: UNREACHABLE, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }],
});
const taintsOf = async (site: SimulatedSite, name: string): Promise<string[]> =>
  ((await site.client.get(site.kinds.nodes, { name })).spec?.taints ?? []).map((t) => `${t.key}:${t.effect}`);
const readyOf = async (site: SimulatedSite, name: string): Promise<string | undefined> =>
  (await site.client.get(site.kinds.nodes, { name })).status?.conditions?.find((c) => c.type === 'Ready')?.status;
const get = (site: SimulatedSite, name: string): Promise<Pod> =>
  site.client.get(site.kinds.pods, { namespace: 'n', name });
const isLeaving = async (site: SimulatedSite, name: string): Promise<boolean> =>
  (await get(site, name)).metadata?.deletionTimestamp !== undefined;
const names = async (site: SimulatedSite): Promise<(string | undefined)[]> =>
  (await site.pods('n')).map((pod) => pod.metadata?.name).sort();
const conditionOf = (pod: Pod, type: string) => pod.status?.conditions?.find((one) => one.type === type);

test('a silent node is Unknown and tainted, its pods are not ready, and leave when their patience ends', async () => {
  const site = await simulatedSite();
  await podOn(site, 'patient', 'node-0', patience(60));
  await podOn(site, 'endless', 'node-0', patience());
  await podOn(site, 'impatient', 'node-0');
  await podOn(site, 'elsewhere', 'node-1');
  await site.pass(100_000, 10_000);
  await site.pass(1_000);
  assert.deepEqual(await taintsOf(site, 'node-0'), []);
  site.silent = ['node-0'];
  await site.pass(48_000);
  assert.equal(await readyOf(site, 'node-0'), 'True', 'two missed renewals are not enough');
  await site.pass(2_000);
  assert.equal(await readyOf(site, 'node-0'), 'Unknown');
  assert.deepEqual(await taintsOf(site, 'node-0'), [`${UNREACHABLE}:NoSchedule`, `${UNREACHABLE}:NoExecute`]);
  assert.deepEqual(await taintsOf(site, 'node-1'), []);
  assert.equal(conditionOf(await get(site, 'patient'), 'Ready')?.status, 'False');
  assert.equal(conditionOf(await get(site, 'elsewhere'), 'Ready')?.status, 'True');
  assert.equal(await isLeaving(site, 'impatient'), true);
  assert.equal(conditionOf(await get(site, 'impatient'), 'DisruptionTarget')?.reason, 'DeletionByTaintManager');
  await site.pass(55_000);
  assert.equal(await isLeaving(site, 'patient'), false);
  await site.pass(6_000);
  assert.equal(await isLeaving(site, 'patient'), true, 'and stays until its agent says that it has ended');
  assert.equal(await isLeaving(site, 'endless'), false);
  site.silent = [];
  await site.pass(5_000);
  assert.equal(await readyOf(site, 'node-0'), 'True');
  assert.deepEqual(await taintsOf(site, 'node-0'), []);
  assert.deepEqual(await names(site), ['elsewhere', 'endless']);
  assert.equal(conditionOf(await get(site, 'endless'), 'Ready')?.status, 'True');
  await site.stop();
});

test('a node that comes back in time keeps its pods, and their patience begins anew the next time', async () => {
  const site = await simulatedSite();
  await podOn(site, 'patient', 'node-0', patience(60));
  for (let round = 0; round < 3; round++) {
    site.silent = ['node-0'];
    await site.pass(51_000 + 50_000);
    assert.equal(await readyOf(site, 'node-0'), 'Unknown');
    site.silent = [];
    await site.pass(3_000);
    assert.deepEqual(await taintsOf(site, 'node-0'), []);
  }
  assert.equal(await isLeaving(site, 'patient'), false);
  await site.stop();
});

test('when no node is well nobody is driven away, until one is well again', async () => {
  const site = await simulatedSite();
  await podOn(site, 'impatient', 'node-0');
  await site.pass(10_000);
  site.silent = ['node-0', 'node-1'];
  await site.pass(600_000, 10_000);
  for (const node of ['node-0', 'node-1']) {
    assert.equal(await readyOf(site, node), 'Unknown');
    assert.deepEqual(await taintsOf(site, node), [`${UNREACHABLE}:NoSchedule`]);
  }
  assert.equal(await isLeaving(site, 'impatient'), false);
  site.silent = ['node-0'];
  await site.pass(3_000);
  assert.deepEqual(await taintsOf(site, 'node-1'), []);
  assert.deepEqual(await taintsOf(site, 'node-0'), [`${UNREACHABLE}:NoSchedule`, `${UNREACHABLE}:NoExecute`]);
  assert.equal(await isLeaving(site, 'impatient'), true);
  await site.stop();
});

test('pods of a node that is gone are given up after a while, counted anew when it was there in between', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  const again = async (): Promise<void> => {
    const conditions = [{ type: 'Ready', status: 'True' }];
    await client.create(kinds.nodes, { metadata: { name: 'node-0' }, status: { conditions } });
    await site.settle();
  };
  const goes = async (): Promise<void> => {
    site.silent = ['node-0'];
    await client.delete(kinds.nodes, { name: 'node-0' });
    await site.settle();
  };
  await podOn(site, 'first', 'node-0');
  await podOn(site, 'stays', 'node-1');
  await goes();
  await site.pass(39_000);
  assert.deepEqual(await names(site), ['first', 'stays']);
  const phases: (string | undefined)[] = [];
  client.refuse = (verb, resource, object) => {
    if (verb === 'delete' && resource === 'pods') phases.push((object as Pod).status?.phase);
  };
  await site.pass(25_000);
  assert.deepEqual(await names(site), ['stays']);
  assert.deepEqual(phases, ['Failed'], 'whoever counts on it is told how it ended');
  client.refuse = undefined;
  await again();
  site.silent = [];
  await podOn(site, 'second', 'node-0');
  await goes();
  await site.pass(39_000);
  assert.deepEqual(await names(site), ['second', 'stays'], 'the quarantine is a new one');
  await site.pass(25_000);
  assert.deepEqual(await names(site), ['stays']);
  await site.stop();
});

test('a pod deleted before it had a node fails, for whoever holds it back to see', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  site.silent = [''];
  const at = { namespace: 'n', name: 'unplaced' };
  const metadata = { ...at, finalizers: ['example.com/held'] };
  await client.create(kinds.pods, { metadata, spec: { containers: [{ name: 'c' }] } });
  await client.delete(kinds.pods, at);
  await site.pass(21_000);
  const pod = await get(site, 'unplaced');
  assert.equal(pod.status?.phase, 'Failed');
  assert.equal(conditionOf(pod, 'DisruptionTarget'), undefined, 'nothing disrupted it');
  await client.patch(kinds.pods, at, { type: 'merge', body: { metadata: { finalizers: [] } } });
  await site.pass(21_000);
  assert.deepEqual(await names(site), []);
  await site.stop();
});

test('a pod that cannot be removed does not keep the others', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  await podOn(site, 'a-stuck', 'node-0');
  await podOn(site, 'b-waits', 'node-0');
  site.silent = ['node-0'];
  await client.delete(kinds.nodes, { name: 'node-0' });
  client.refuse = (verb, resource, object) => {
    if (verb === 'delete' && resource === 'pods' && object.metadata?.name === 'a-stuck')
      throw new ApiError(500, 'InternalError', 'a webhook does not answer');
  };
  await site.pass(70_000);
  assert.deepEqual(await names(site), ['a-stuck']);
  client.refuse = undefined;
  await site.pass(60_000);
  assert.deepEqual(await names(site), []);
  await site.stop();
});

test('a node declared out of service lets go the pods that were deleted from it, and only while it is not ready', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  await podOn(site, 'deleted', 'node-0', patience());
  await podOn(site, 'stays', 'node-0', patience());
  site.silent = ['node-0'];
  await client.delete(kinds.pods, { namespace: 'n', name: 'deleted' }, { gracePeriodSeconds: 30 });
  await site.pass(60_000);
  assert.deepEqual(await names(site), ['deleted', 'stays']);
  const taints = [
    ...((await client.get(kinds.nodes, { name: 'node-0' })).spec?.taints ?? []),
    { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoSchedule' as const },
  ];
  await client.patch(kinds.nodes, { name: 'node-0' }, { type: 'merge', body: { spec: { taints } } });
  await site.pass(25_000);
  assert.deepEqual(await names(site), ['stays']);
  assert.equal(await isLeaving(site, 'stays'), false);
  await site.stop();
});

test('of ended pods beyond the number that is kept evicted ones go first, then the oldest', async () => {
  const site = await simulatedSite({ nodes: 1 });
  const { client, kinds } = site;
  site.silent = ['node-0'];
  for (let i = 0; i < terminatedPodsMax; i++)
    await client.create(kinds.pods, {
      metadata: { namespace: 'n', name: `p${i}` },
      spec: { containers: [{ name: 'c' }], nodeName: 'node-0' },
      status: { phase: 'Succeeded' },
    });
  await site.clock.advance(1000);
  const evicted = { phase: 'Failed', reason: 'Evicted' };
  for (const [name, status] of [
    ['young', { phase: 'Failed' }],
    ['evicted', evicted],
  ] as const)
    await client.create(kinds.pods, {
      metadata: { namespace: 'n', name },
      spec: { containers: [{ name: 'c' }], nodeName: 'node-0' },
      status,
    });
  await site.clock.advance(21_000);
  const left = new Set(await names(site));
  assert.equal(left.size, terminatedPodsMax);
  assert.ok(left.has('young') && !left.has('evicted'), 'the evicted one and one of the oldest have gone');
  await site.stop();
});

test('a node that a full disk let nobody hear is not silent, and has its whole time afterwards', async () => {
  const site = await simulatedSite({ nodes: 1 });
  const { client, kinds } = site;
  const readyText = async () =>
    (await client.get(kinds.nodes, { name: 'node-0' })).status?.conditions?.find((c) => c.type === 'Ready')?.status;
  await client.create(kinds.pods, { metadata: { namespace: 'n', name: 'p' }, spec: { containers: [{ name: 'c' }] } });
  await site.pass(20_000, 10_000);
  site.silent = ['node-0'];
  client.refuse = () => {
    throw diskFullError('the store', undefined);
  };
  await site.pass(200_000, 10_000);
  client.refuse = undefined;
  await site.pass(10_000, 1_000);
  assert.equal(await readyText(), 'True');
  const pod = await client.get(kinds.pods, { namespace: 'n', name: 'p' });
  assert.equal(pod.status?.conditions?.find((c) => c.type === 'Ready')?.status, 'True');
  await site.pass(60_000, 10_000);
  assert.equal(await readyText(), 'Unknown', 'silence counts again');
  await site.stop();
});
