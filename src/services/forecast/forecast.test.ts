// The forecast of a pair as pods and nodes come and go: what it says, whom it lets in, and which events tell of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { PersistentVolumeClaim, Pod, StorageClass } from '#model/kube';
import { ADMITTED_MS, NAMED_MAX } from './limits.ts';
import { forecastOfPair, podOf } from './pair.fixture.ts';

const PODS = resourceOf<Pod>('', 'v1', 'pods');
const CORE = { requests: { cpu: '1' } };
const HALF = { requests: { cpu: '500m' } };

test('it says what a loss would cost as pods come and go, and tells when that changes', async () => {
  const pair = await forecastOfPair();
  assert.deepEqual([pair.survives(), await pair.events()], [{ 'node-a': true, 'node-b': true }, []]);
  await pair.add('one', { ...CORE, on: 'node-a-worker' });
  await pair.add('two', { ...CORE, on: 'node-b-worker' });
  await pair.settle();
  assert.deepEqual(pair.survives(), { 'node-a': true, 'node-b': true });
  await pair.add('three', { ...HALF, on: 'node-b-worker' });
  await pair.settle();
  assert.deepEqual(pair.survives(), { 'node-a': false, 'node-b': false });
  const [lossOfA, lossOfB] = pair.kept.told()?.losses ?? [];
  assert.deepEqual(
    lossOfA?.wouldNotFit.map(({ pod, lossOf }) => [pod, lossOf]),
    [['shop/one', 'node-a']],
  );
  assert.equal(lossOfA?.wouldNotFit[0]?.reason, 'Insufficient cpu');
  assert.deepEqual(lossOfA?.resources, [
    { resource: 'cpu', allocatable: 2000, requestedNow: 1500, requestedThen: 2500 },
  ]);
  assert.equal(lossOfB?.wouldNotFit.length, 1);
  assert.deepEqual(pair.gauges(), {
    'holdfast_forecast_survives{node="node-a"}': 0,
    'holdfast_forecast_survives{node="node-b"}': 0,
    'holdfast_forecast_unfit_pods{node="node-a"}': 1,
    'holdfast_forecast_unfit_pods{node="node-b"}': 1,
  });
  await pair.remove('three');
  await pair.settle();
  assert.deepEqual(pair.survives(), { 'node-a': true, 'node-b': true });
  const told = await pair.events();
  assert.deepEqual(told.map(({ what }) => what).sort(), [
    'FailoverForecastBroken node-a-worker',
    'FailoverForecastBroken node-b-worker',
    'FailoverForecastHolds node-a-worker',
    'FailoverForecastHolds node-b-worker',
  ]);
  const broken = told.find(({ what }) => what === 'FailoverForecastBroken node-a-worker')?.message ?? '';
  assert.match(
    broken,
    /^after the loss of node-a there would be no room for shop\/one; shop\/one: Insufficient cpu; cpu: /,
  );
  assert.match(broken, /; cpu: 2.5 cores asked for then, of 2 cores that are left$/);
  await pair.stop();
});

test('a pod that would break it is judged before it is there, wherever it would go, together with those let in with it', async () => {
  const pair = await forecastOfPair();
  await pair.add('one', { ...CORE, on: 'node-a-worker' });
  const judge = (pod: Pod) => pair.kept.judge(pod)?.join('; ');
  assert.equal(judge(podOf('two', CORE)), undefined);
  assert.match(
    judge(podOf('two', { requests: { cpu: '1100m' } })) ?? '',
    /no room for shop\/.*cpu: 2.1 cores asked for then, of 2 cores that are left; ask for less, .*holdfast settings set forecastBreach=warn$/,
  );
  pair.kept.admitted(podOf('let-in', CORE), undefined);
  assert.match(judge(podOf('two', HALF)) ?? '', /2.5 cores asked for then/, 'who was let in counts at once');
  await pair.clock.advance(ADMITTED_MS);
  assert.equal(judge(podOf('two', HALF)), undefined, 'who never came does not');
  await pair.add('waiting', CORE);
  assert.match(judge(podOf('two', HALF)) ?? '', /2.5 cores asked for then/, 'who waits for a node counts');
  await pair.client.patch(
    PODS,
    { namespace: 'shop', name: 'waiting' },
    { type: 'merge', body: { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } } },
  );
  assert.equal(judge(podOf('two', HALF)), undefined, 'who is going does not');
  await pair.stop();
});

test('pods of the system and daemons are let in, and so is a pod that could not run anyway, and every pod while a node is away', async () => {
  const pair = await forecastOfPair();
  await pair.add('one', { ...CORE, on: 'node-a-worker' });
  await pair.add('two', { ...CORE, on: 'node-b-worker' });
  const isRefused = (wish = {}) => pair.kept.judge(podOf('wanted', { ...HALF, ...wish })) !== undefined;
  assert.equal(isRefused(), true);
  assert.equal(isRefused({ on: 'node-b-worker' }), true, 'bound from the start');
  assert.equal(isRefused({ owner: '' }), true, 'it takes the room of others');
  assert.equal(isRefused({ namespace: 'kube-system' }), false);
  assert.equal(isRefused({ owner: 'DaemonSet' }), false);
  assert.equal(isRefused({ requests: { cpu: '3' } }), false);
  assert.equal(isRefused({ on: 'nowhere' }), false);

  pair.lost.set(['node-b']);
  assert.equal(isRefused(), false);
  pair.lost.set([]);
  assert.equal(isRefused(), true);
  await pair.patchNode('node-b-worker', { spec: { unschedulable: true } });
  assert.equal(isRefused(), false, 'a node is emptied');
  await pair.patchNode('node-b-worker', { spec: { unschedulable: null } });
  assert.equal(isRefused(), true);
  await pair.patchNode('node-b-worker', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, 'status');
  assert.equal(isRefused(), false);
  await pair.settle();
  assert.deepEqual(
    [pair.kept.told()?.whole, pair.survives()['node-a']],
    [false, false],
    'nobody is there to take over',
  );
  await pair.stop();
});

test('the budget is judged where everybody would have a place, and settings count at once', async () => {
  const pair = await forecastOfPair();
  await pair.add('one', { ...CORE, on: 'node-a-worker', owner: '' });
  await pair.add('two', { ...CORE, on: 'node-b-worker', owner: '' });
  const judge = () => pair.kept.judge(podOf('wanted', HALF))?.join('; ');
  assert.equal(judge(), undefined);
  pair.settings.budgetPercent = 50;
  assert.match(
    judge() ?? '',
    /^pods may ask for 50 percent of each node .*; cpu: 2 cores asked for so far, 0.5 cores more by this pod, of 2 cores \(the nodes have 4 cores in all\); .*nodeBudgetPercent=N/,
  );
  pair.settings.budgetPercent = 75;
  assert.equal(judge(), undefined);
  await pair.stop();
});

test('a pod whose volume will stand on one node would not survive its loss, from its first creation on', async () => {
  const pair = await forecastOfPair();
  const classes = resourceOf<StorageClass>('storage.k8s.io', 'v1', 'storageclasses');
  const claims = resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims');
  for (const [name, provisioner] of [
    ['local', 'holdfast.dev/node-local'],
    ['both', 'example.org/both'],
  ] as const) {
    const volumeBindingMode = 'WaitForFirstConsumer';
    await pair.client.create(classes, { metadata: { name }, provisioner, volumeBindingMode });
    await pair.client.create(claims, { metadata: { namespace: 'shop', name }, spec: { storageClassName: name } });
  }
  const judge = (claimName: string, annotations = {}) => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
    const pod = podOf('db', { spec: { volumes }, owner: 'StatefulSet' });
    return pair.kept.judge({ ...pod, metadata: { ...pod.metadata, annotations } })?.join('; ');
  };
  assert.match(
    judge('local') ?? '',
    /no room for shop\/db; shop\/db: .*volume node affinity conflict; keep the data on a volume of class ase-replicated/,
  );
  assert.equal(judge('local', { 'holdfast.dev/stays-with-node': 'true' }), undefined);
  assert.equal(judge('both'), undefined);
  assert.equal(judge('not-there-yet'), undefined);
  await pair.stop();
});

test('who is let in all the same is told of on the pod, and lists are bounded', async () => {
  const pair = await forecastOfPair();
  const count = NAMED_MAX + 5;
  for (let i = 0; i < count; i++) await pair.add(`big-${i}`, { requests: { memory: '4Gi' }, on: 'node-a-worker' });
  await pair.add('other', { requests: { memory: '1Gi' }, on: 'node-b-worker' });
  await pair.settle();
  const [lossOfA] = pair.kept.told()?.losses ?? [];
  assert.deepEqual([lossOfA?.wouldNotFit.length, lossOfA?.more], [NAMED_MAX, { wouldNotFit: 5, wouldEnd: 0 }]);
  assert.equal(pair.gauges()['holdfast_forecast_unfit_pods{node="node-a"}'], count);
  pair.kept.admitted(podOf('despite'), ['it would break this', 'and that']);
  await pair.stop();
  const told = (await pair.events()).find(({ what }) => what === 'FailoverForecastBreach despite');
  assert.equal(told?.message, 'it would break this; and that');
});

test('a pod that lacks only a device is named, refuses nobody, and is told of when its node is lost', async () => {
  const pair = await forecastOfPair();
  const gpu = { 'example.org/gpu': '1' };
  const allocatable = { cpu: '2', memory: '4Gi', pods: '110', ...gpu };
  await pair.patchNode('node-a-worker', { status: { allocatable } }, 'status');
  await pair.add('model', { requests: gpu, on: 'node-a-worker' });
  await pair.add('plain', { ...CORE, on: 'node-a-worker' });
  await pair.settle();
  assert.deepEqual(pair.survives(), { 'node-a': true, 'node-b': true });
  assert.deepEqual(
    pair.kept.told()?.losses.flatMap(({ wouldNotFit }) => wouldNotFit.map(({ pod, device }) => [pod, device])),
    [['shop/model', 'example.org/gpu']],
  );
  assert.equal(pair.kept.judge(podOf('more', CORE)), undefined);
  pair.lost.set(['node-a']);
  await pair.remove('model');
  await pair.remove('plain');
  await pair.settle();
  const told = await pair.events();
  assert.deepEqual(
    told.map(({ what }) => what),
    ['DeviceLost model'],
  );
  assert.match(told[0]?.message ?? '', /^node-a is lost, and nothing that is left has example.org\/gpu free/);
  await pair.stop();
});

test('a pod of a lost node is told of when it is taken away, if nobody saw the loss itself', async () => {
  const pair = await forecastOfPair();
  pair.lost.set(['node-a']);
  await pair.add('model', { requests: { 'example.org/gpu': '1' }, on: 'node-a-worker' });
  await pair.remove('model');
  await pair.settle();
  assert.deepEqual(
    (await pair.events()).map(({ what }) => what),
    ['DeviceLost model'],
  );
  await pair.stop();
});
