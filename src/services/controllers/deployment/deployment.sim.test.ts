// Deployments on a simulated site.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment } from '#model/kube';
import { simulatedSite } from '../simulated-site.fixture.ts';

function deployment(image: string, more: Partial<NonNullable<Deployment['spec']>> = {}): Deployment {
  return {
    metadata: { namespace: 'n', name: 'web' },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
      ...more,
    },
  };
}

async function world() {
  const site = await simulatedSite();
  const { client, kinds } = site;
  const at = { namespace: 'n', name: 'web' };
  const get = () => client.get(kinds.deployments, at);
  const patch = (spec: object) => client.patch(kinds.deployments, at, { type: 'merge', body: { spec } });
  const setImage = (image: string) =>
    patch({ template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } } });
  const images = async () => (await site.pods('n')).map((p) => p.spec?.containers[0]?.image).sort();
  const progress = async () => (await get()).status?.conditions?.find((c) => c.type === 'Progressing');
  const sets = async () => (await client.list(kinds.replicaSets)).items;
  return { site, client, kinds, get, patch, setImage, images, progress, sets };
}

test('a rollout replaces all pods and never has fewer available, or more in all, than allowed', async () => {
  const { site, client, kinds, get, setImage, images, progress, sets } = await world();
  await client.create(kinds.deployments, deployment('v1'));
  await site.settle();
  assert.deepEqual(await images(), ['v1', 'v1', 'v1', 'v1']);
  assert.equal((await progress())?.reason, 'NewReplicaSetAvailable');
  let fewest = 4;
  let most = 0;
  const watch = client.watch(kinds.pods, {
    onEvent: () => {
      const pods = client.cache(kinds.pods).list('n');
      const wanted = client.cache(kinds.replicaSets).list('n');
      most = Math.max(
        most,
        wanted.reduce((sum, set) => sum + (set.spec?.replicas ?? 0), 0),
      );
      const ready = pods.filter((p) => p.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'));
      fewest = Math.min(fewest, ready.length);
    },
    onEnd: () => undefined,
  });
  await setImage('v2');
  await site.settle();
  watch.close();
  assert.deepEqual(await images(), ['v2', 'v2', 'v2', 'v2']);
  assert.deepEqual([fewest, most], [3, 5]);
  const done = await get();
  assert.equal(done.metadata?.annotations?.['deployment.kubernetes.io/revision'], '2');
  assert.equal(done.status?.observedGeneration, done.metadata?.generation);
  assert.deepEqual((await sets()).map((s) => s.spec?.replicas).sort(), [0, 4]);
  await site.stop();
});

test('going back to an older template reuses its set under a new revision', async () => {
  const { site, client, kinds, setImage, images, sets } = await world();
  await client.create(kinds.deployments, deployment('v1'));
  await site.settle();
  await setImage('v2');
  await site.settle();
  await setImage('v1');
  await site.settle();
  assert.deepEqual(await images(), ['v1', 'v1', 'v1', 'v1']);
  const revisions = (await sets()).map((s) => s.metadata?.annotations?.['deployment.kubernetes.io/revision']);
  assert.deepEqual(revisions.sort(), ['2', '3']);
  await site.stop();
});

test('a rollout that does not get on says so after its deadline, and recovers when it does', async () => {
  const { site, client, kinds, get, setImage, progress, images } = await world();
  await client.create(kinds.deployments, deployment('v1', { progressDeadlineSeconds: 30 }));
  await site.settle();
  site.becomesReady = (pod) => pod.spec?.containers[0]?.image !== 'v2';
  await setImage('v2');
  await site.pass(25_000);
  assert.equal((await progress())?.status, 'True');
  await site.pass(10_000);
  assert.equal((await progress())?.reason, 'ProgressDeadlineExceeded');
  assert.equal((await get()).status?.availableReplicas, 3, 'the old pods still serve');
  site.becomesReady = () => true;
  await site.pass(2000);
  assert.equal((await progress())?.reason, 'NewReplicaSetAvailable');
  assert.deepEqual(await images(), ['v2', 'v2', 'v2', 'v2']);
  await site.stop();
});

test('Recreate starts nothing new before the last old pod is gone', async () => {
  const { site, client, kinds, setImage, images } = await world();
  await client.create(kinds.deployments, deployment('v1', { strategy: { type: 'Recreate' } }));
  await site.settle();
  const mixed: string[] = [];
  const watch = client.watch(kinds.pods, {
    onEvent: () => {
      const now = new Set(
        client
          .cache(kinds.pods)
          .list('n')
          .map((p) => p.spec?.containers[0]?.image),
      );
      if (now.size > 1) mixed.push([...now].join());
    },
    onEnd: () => undefined,
  });
  await setImage('v2');
  await site.settle();
  watch.close();
  assert.deepEqual(mixed, []);
  assert.deepEqual(await images(), ['v2', 'v2', 'v2', 'v2']);
  await site.stop();
});

test('a paused deployment scales but does not roll; sizes are shared out in proportion', async () => {
  const { site, client, kinds, patch, setImage, images, sets, progress } = await world();
  await client.create(
    kinds.deployments,
    deployment('v1', {
      replicas: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
    }),
  );
  await site.settle();
  site.becomesReady = (pod) => pod.spec?.containers[0]?.image !== 'v2';
  await setImage('v2');
  await site.settle();
  const sizes = async () => (await sets()).map((s) => s.spec?.replicas);
  assert.deepEqual(await sizes(), [8, 5]);
  await patch({ replicas: 15 });
  await site.settle();
  assert.deepEqual(await sizes(), [11, 7], 'as the documentation of proportional scaling shares them out');
  await patch({ paused: true });
  await setImage('v3');
  await site.settle();
  assert.equal((await images()).includes('v3'), false);
  assert.equal((await progress())?.reason, 'DeploymentPaused');
  await site.stop();
});

test('old sets beyond the history limit are forgotten', async () => {
  const { site, client, kinds, setImage, sets } = await world();
  await client.create(kinds.deployments, deployment('v0', { revisionHistoryLimit: 2 }));
  for (const image of ['v1', 'v2', 'v3', 'v4']) {
    await site.settle();
    await setImage(image);
  }
  await site.settle();
  const kept = (await sets()).map((s) => s.spec?.template?.spec?.containers[0]?.image);
  assert.deepEqual(kept.sort(), ['v2', 'v3', 'v4']);
  await site.stop();
});

test('deleting a deployment takes its sets and pods with it; orphaning leaves them, and the next one adopts them', async () => {
  const { site, client, kinds, sets } = await world();
  await client.create(kinds.deployments, deployment('v1'));
  await site.settle();
  const before = (await site.pods('n')).map((p) => p.metadata?.uid).sort();
  await client.delete(kinds.deployments, { namespace: 'n', name: 'web' }, { propagationPolicy: 'Orphan' });
  await site.settle();
  assert.equal((await client.list(kinds.deployments)).items.length, 0);
  assert.deepEqual((await site.pods('n')).map((p) => p.metadata?.uid).sort(), before);
  await client.create(kinds.deployments, deployment('v1'));
  await site.settle();
  assert.equal((await sets()).length, 1);
  assert.deepEqual((await site.pods('n')).map((p) => p.metadata?.uid).sort(), before);
  await client.delete(kinds.deployments, { namespace: 'n', name: 'web' }, { propagationPolicy: 'Foreground' });
  await site.settle();
  assert.deepEqual([(await sets()).length, (await site.pods('n')).length], [0, 0]);
  await site.stop();
});
