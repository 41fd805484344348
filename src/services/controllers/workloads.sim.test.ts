// Stateful sets, daemon sets and jobs on a simulated site.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSet, Job, StatefulSet } from '#model/kube';
import { type SimulatedSite, simulatedSite } from './simulated-site.fixture.ts';

const template = (image = 'v1') => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image }] },
});
const selector = { matchLabels: { app: 'a' } };
const names = async (site: SimulatedSite) => (await site.pods('n')).map((p) => p.metadata?.name ?? '').sort();
const images = async (site: SimulatedSite) =>
  (await site.pods('n')).map((p) => `${p.metadata?.name}=${p.spec?.containers[0]?.image}`).sort();

function statefulSet(more: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet {
  return {
    metadata: { namespace: 'n', name: 'db' },
    spec: { replicas: 3, serviceName: 'db', selector, template: template(), ...more },
  };
}

test('a stateful set starts in order, one healthy after the other, and shrinks from the top', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  site.becomesReady = () => false;
  const claims = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }];
  await client.create(kinds.statefulSets, statefulSet({ volumeClaimTemplates: claims }));
  await site.settle();
  assert.deepEqual(await names(site), ['db-0']);
  site.becomesReady = () => true;
  await site.settle();
  assert.deepEqual(await names(site), ['db-0', 'db-1', 'db-2']);
  const [pod] = await site.pods('n');
  assert.equal(pod?.spec?.hostname, 'db-0');
  assert.equal(pod?.spec?.volumes?.[0]?.persistentVolumeClaim?.claimName, 'data-db-0');
  await client.patch(
    kinds.statefulSets,
    { namespace: 'n', name: 'db' },
    { type: 'merge', body: { spec: { replicas: 1 } } },
  );
  await site.settle();
  assert.deepEqual(await names(site), ['db-0']);
  const left = (await client.list(kinds.claims)).items.map((c) => c.metadata?.name);
  assert.deepEqual(left, ['data-db-0', 'data-db-1', 'data-db-2'], 'claims stay unless told otherwise');
  await site.stop();
});

test('a stateful set rolls down to its partition, and its revisions follow', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  const at = { namespace: 'n', name: 'db' };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  await client.create(kinds.statefulSets, statefulSet({ updateStrategy }));
  await site.settle();
  await client.patch(kinds.statefulSets, at, { type: 'merge', body: { spec: { template: template('v2') } } });
  await site.settle();
  assert.deepEqual(await images(site), ['db-0=v1', 'db-1=v2', 'db-2=v2']);
  const part = (await client.get(kinds.statefulSets, at)).status;
  assert.notEqual(part?.currentRevision, part?.updateRevision);
  assert.equal(part?.updatedReplicas, 2);
  const [low] = await site.pods('n');
  await client.delete(kinds.pods, { namespace: 'n', name: low?.metadata?.name ?? '' });
  await site.settle();
  assert.deepEqual((await images(site))[0], 'db-0=v1', 'below the partition the old template holds');
  await client.patch(kinds.statefulSets, at, {
    type: 'merge',
    body: { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } },
  });
  await site.settle();
  assert.deepEqual(await images(site), ['db-0=v2', 'db-1=v2', 'db-2=v2']);
  const done = (await client.get(kinds.statefulSets, at)).status;
  assert.equal(done?.currentRevision, done?.updateRevision);
  assert.deepEqual(
    (await client.list(kinds.revisions)).items.map((r) => r.revision),
    [1, 2],
  );
  await site.stop();
});

test('claims go with a smaller size when the set says so', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }];
  const persistentVolumeClaimRetentionPolicy = { whenScaled: 'Delete', whenDeleted: 'Retain' };
  await client.create(kinds.statefulSets, statefulSet({ volumeClaimTemplates, persistentVolumeClaimRetentionPolicy }));
  await site.settle();
  await client.patch(
    kinds.statefulSets,
    { namespace: 'n', name: 'db' },
    { type: 'merge', body: { spec: { replicas: 2 } } },
  );
  await site.settle();
  assert.deepEqual(
    (await client.list(kinds.claims)).items.map((c) => c.metadata?.name),
    ['data-db-0', 'data-db-1'],
  );
  await site.stop();
});

test('a daemon set runs on each node that suits, follows nodes and taints, and rolls', async () => {
  const site = await simulatedSite({ nodes: 3 });
  const { client, kinds } = site;
  const set: DaemonSet = { metadata: { namespace: 'n', name: 'd' }, spec: { selector, template: template() } };
  await client.create(kinds.daemonSets, set);
  await site.settle();
  const nodes = async () => (await site.pods('n')).map((p) => p.spec?.nodeName).sort();
  assert.deepEqual(await nodes(), ['node-0', 'node-1', 'node-2']);
  const taints = [{ key: 'x', effect: 'NoExecute' }];
  await client.patch(kinds.nodes, { name: 'node-1' }, { type: 'merge', body: { spec: { taints } } });
  await site.settle();
  assert.deepEqual(await nodes(), ['node-0', 'node-2']);
  await client.patch(
    kinds.nodes,
    { name: 'node-1' },
    { type: 'merge', body: { spec: { taints: [], unschedulable: true } } },
  );
  await site.settle();
  assert.deepEqual(await nodes(), ['node-0', 'node-1', 'node-2'], 'a cordon does not keep daemons away');
  await client.patch(
    kinds.daemonSets,
    { namespace: 'n', name: 'd' },
    { type: 'merge', body: { spec: { template: template('v2') } } },
  );
  await site.settle();
  assert.deepEqual(new Set((await site.pods('n')).map((p) => p.spec?.containers[0]?.image)), new Set(['v2']));
  const { status } = await client.get(kinds.daemonSets, { namespace: 'n', name: 'd' });
  assert.deepEqual(
    [status?.desiredNumberScheduled, status?.updatedNumberScheduled, status?.numberAvailable],
    [3, 3, 3],
  );
  await site.stop();
});

function job(spec: Partial<NonNullable<Job['spec']>>): Job {
  return { metadata: { namespace: 'n', name: 'j' }, spec: { selector, template: template(), ...spec } };
}
const running = async (site: SimulatedSite) =>
  (await site.pods('n')).filter((p) => p.status?.phase === 'Running' && !p.metadata?.deletionTimestamp);
const jobOf = (site: SimulatedSite) => site.client.get(site.kinds.jobs, { namespace: 'n', name: 'j' });
const ends = async (site: SimulatedSite) =>
  ((await jobOf(site)).status?.conditions ?? []).filter((c) => c.status === 'True').map((c) => `${c.type} ${c.reason}`);

test('a job runs as many pods as it may at a time, counts each once, and is complete', async () => {
  const site = await simulatedSite();
  await site.client.create(site.kinds.jobs, job({ completions: 3, parallelism: 2 }));
  await site.settle();
  assert.equal((await running(site)).length, 2);
  for (let i = 0; i < 3; i++) {
    const [pod] = await running(site);
    if (pod) await site.finish(pod, 'Succeeded');
    await site.settle();
  }
  assert.deepEqual(await ends(site), ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
  const { status } = await jobOf(site);
  assert.deepEqual([status?.succeeded, status?.active, status?.uncountedTerminatedPods], [3, 0, {}]);
  assert.ok(status?.completionTime);
  assert.deepEqual(
    (await site.pods('n')).flatMap((p) => p.metadata?.finalizers ?? []),
    [],
  );
  await site.stop();
});

test('a failing job retries with growing waits until its limit', async () => {
  const site = await simulatedSite();
  await site.client.create(site.kinds.jobs, job({ backoffLimit: 1 }));
  await site.settle();
  const [first] = await running(site);
  if (first) await site.finish(first, 'Failed');
  await site.settle();
  assert.equal((await running(site)).length, 0, 'the replacement waits');
  await site.pass(10_000);
  const [second] = await running(site);
  assert.ok(second);
  await site.finish(second, 'Failed');
  await site.settle();
  assert.deepEqual(await ends(site), ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
  assert.equal((await jobOf(site)).status?.failed, 2);
  await site.stop();
});

test('an indexed job replaces only the index that failed, and its policy can end it at once', async () => {
  const site = await simulatedSite();
  const rules = [
    { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
  ];
  const spec = {
    completionMode: 'Indexed',
    completions: 3,
    parallelism: 3,
    podFailurePolicy: { rules },
    backoffLimit: 0,
  };
  await site.client.create(site.kinds.jobs, job(spec));
  await site.settle();
  const withIndex = async (index: string) =>
    (await running(site)).find((p) => p.metadata?.annotations?.['batch.kubernetes.io/job-completion-index'] === index);
  const [zero, one] = [await withIndex('0'), await withIndex('1')];
  assert.equal(zero?.spec?.hostname, 'j-0');
  if (zero) await site.finish(zero, 'Succeeded');
  if (one) await site.finish(one, 'Failed', 7);
  await site.pass(11_000);
  assert.equal((await jobOf(site)).status?.completedIndexes, '0');
  const again = await withIndex('1');
  assert.ok(again, 'an ignored failure is replaced');
  await site.finish(again, 'Failed', 42);
  await site.settle();
  assert.deepEqual(await ends(site), ['FailureTarget PodFailurePolicy', 'Failed PodFailurePolicy']);
  assert.equal((await running(site)).length, 0);
  await site.stop();
});

test('a job can be suspended and resumed, ends at its deadline, and is removed when its time is over', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  await client.create(kinds.jobs, job({ suspend: true, activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 60 }));
  await site.pass(40_000);
  assert.deepEqual(await names(site), []);
  await client.patch(kinds.jobs, { namespace: 'n', name: 'j' }, { type: 'merge', body: { spec: { suspend: false } } });
  await site.settle();
  assert.equal((await running(site)).length, 1);
  await site.pass(31_000);
  assert.deepEqual(await ends(site), ['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded']);
  await site.pass(61_000);
  assert.equal((await client.list(kinds.jobs)).items.length, 0);
  await site.stop();
});

test('a cron job starts a job every minute, and a disruption budget counts its pods', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  const spec = { template: { metadata: { labels: { app: 'a' } }, spec: template().spec } };
  await client.create(kinds.cronJobs, {
    metadata: { namespace: 'n', name: 'tick', creationTimestamp: new Date(site.clock.now()).toISOString() },
    spec: { schedule: '* * * * *', jobTemplate: { spec } },
  });
  await client.create(kinds.budgets, {
    metadata: { namespace: 'n', name: 'b', generation: 1 },
    spec: { minAvailable: 1, selector },
  });
  await site.pass(120_000, 10_000);
  const jobs = (await client.list(kinds.jobs)).items;
  assert.equal(jobs.length, 2);
  const cron = await client.get(kinds.cronJobs, { namespace: 'n', name: 'tick' });
  assert.equal(cron.status?.active?.length, 2);
  const budget = await client.get(kinds.budgets, { namespace: 'n', name: 'b' });
  assert.deepEqual([budget.status?.currentHealthy, budget.status?.disruptionsAllowed], [2, 1]);
  await site.stop();
});
