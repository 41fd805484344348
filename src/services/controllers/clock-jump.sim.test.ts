// Controllers while the clock jumps: leases are judged by what was seen, cron jobs run once, and nobody's pods are touched.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, Deployment, Job, Node } from '#model/kube';
import { simulatedSite } from './simulated-site.fixture.ts';

const DAY_MS = 86_400_000;
const JUMPS = [31 * DAY_MS, 730 * DAY_MS, -761 * DAY_MS, -20 * 365 * DAY_MS, 20 * 365 * DAY_MS];

test('nodes stay Ready and pods stay where they are, whichever way the clock jumps', async () => {
  const site = await simulatedSite();
  const { client, kinds, clock } = site;
  const labels = { app: 'web' };
  const web: Deployment = {
    metadata: { namespace: 'n', name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };
  await client.create(kinds.deployments, web);
  await site.pass(60_000, 10_000);
  const uids = async () => (await site.pods('n')).map(({ metadata }) => metadata?.uid).sort();
  const before = await uids();
  assert.equal(before.length, 3);
  for (const ms of JUMPS) {
    clock.jump(ms);
    await site.settle();
    await site.pass(120_000, 10_000);
    for (const node of (await client.list(kinds.nodes)).items as readonly Node[]) {
      const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.equal(ready?.status, 'True', `${node.metadata?.name} after ${ms}`);
      assert.deepEqual(node.spec?.taints ?? [], []);
    }
    assert.deepEqual(await uids(), before, `after ${ms}`);
  }
  await site.stop();
});

test('a node that is silent is found out, whatever the clock does meanwhile', async () => {
  const site = await simulatedSite();
  const { client, kinds, clock } = site;
  await site.pass(60_000, 10_000);
  site.silent = ['node-0', 'node-1'];
  clock.jump(-365 * DAY_MS);
  await site.pass(120_000, 10_000);
  const [node] = (await client.list(kinds.nodes)).items as readonly Node[];
  const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
  assert.equal(ready?.status, 'Unknown', 'a node that is silent is found out all the same');
  await site.stop();
});

test('a cron job runs one missed time after a jump ahead, at once, and none again after one back', async () => {
  const site = await simulatedSite();
  const { client, kinds, clock } = site;
  const template = { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' as const } };
  const daily: CronJob = {
    metadata: { namespace: 'n', name: 'daily' },
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template } } },
  };
  await client.create(kinds.cronJobs, daily);
  await site.settle();
  const jobs = async () => ((await client.list(kinds.jobs)).items as readonly Job[]).map((job) => job.metadata?.name);
  assert.deepEqual(await jobs(), []);
  clock.jump(730 * DAY_MS);
  await site.settle();
  const first = await jobs();
  assert.equal(first.length, 1, 'without waiting for the timer that was set before the jump');
  await site.pass(60_000, 20_000);
  clock.jump(-3_600_000 * 10);
  await site.pass(60_000, 20_000);
  assert.deepEqual(await jobs(), first);
  await site.stop();
});
