// The official JavaScript client on a site: objects of every day, every kind of patch, watches, informers, pages, subresources,
// election of a leader by a lease, commands in containers.
import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import {
  ApiException,
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Lease,
  V1MicroTime,
  type V1Status,
  Watch,
} from '@kubernetes/client-node';
import { eventually } from '../integration/site.fixture.ts';
import { IMAGE, judgedSite } from './judge.fixture.ts';

const { site, up, down } = judgedSite('javascript-client');
const namespace = 'js';
const config = new KubeConfig();
let core: CoreV1Api;
let apps: AppsV1Api;

const as = (strategy: PatchStrategy) => setHeaderOptions('Content-Type', strategy);
const configMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data,
});
const refusedWith = (code: number, reason: string) => (error: unknown) => {
  assert.ok(error instanceof ApiException, String(error));
  assert.equal(error.code, code);
  assert.equal((JSON.parse(error.body) as V1Status).reason, reason);
  return true;
};

before(async () => {
  await up();
  config.loadFromFile(site.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  apps = config.makeApiClient(AppsV1Api);
  await core.createNamespace({ body: { metadata: { name: namespace } } });
});
after(down);

test('creates, reads, replaces, deletes, and is refused in so many words', async () => {
  const made = await core.createNamespacedConfigMap({ namespace, body: configMap('a', { k: '1' }) });
  assert.ok(made.metadata?.creationTimestamp instanceof Date);
  await assert.rejects(
    core.createNamespacedConfigMap({ namespace, body: configMap('a') }),
    refusedWith(409, 'AlreadyExists'),
  );
  const next = await core.replaceNamespacedConfigMap({ namespace, name: 'a', body: { ...made, data: { k: '2' } } });
  assert.notEqual(next.metadata?.resourceVersion, made.metadata?.resourceVersion);
  await assert.rejects(
    core.replaceNamespacedConfigMap({ namespace, name: 'a', body: { ...made, data: { k: '3' } } }),
    refusedWith(409, 'Conflict'),
  );
  await assert.rejects(
    core.createNamespacedConfigMap({ namespace, body: configMap('Not Fine') }),
    refusedWith(422, 'Invalid'),
  );
  assert.equal((await core.readNamespacedConfigMap({ namespace, name: 'a' })).data?.k, '2');
  const status = await core.deleteNamespacedConfigMap({ namespace, name: 'a' });
  assert.equal(status.status, 'Success');
  await assert.rejects(core.readNamespacedConfigMap({ namespace, name: 'a' }), refusedWith(404, 'NotFound'));
});

test('patches in every language', async () => {
  await core.createNamespacedConfigMap({ namespace, body: configMap('p', { a: '1', b: '1' }) });
  const at = { namespace, name: 'p' };
  const json = [{ op: 'replace', path: '/data/a', value: '2' }];
  assert.equal((await core.patchNamespacedConfigMap({ ...at, body: json }, as(PatchStrategy.JsonPatch))).data?.a, '2');
  const merged = await core.patchNamespacedConfigMap(
    { ...at, body: { data: { b: null } } },
    as(PatchStrategy.MergePatch),
  );
  assert.deepEqual(merged.data, { a: '2' });
  const strategic = { metadata: { finalizers: ['example.org/x'] } };
  await core.patchNamespacedConfigMap({ ...at, body: strategic }, as(PatchStrategy.StrategicMergePatch));
  const freed = { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.org/x'] } };
  const after = await core.patchNamespacedConfigMap({ ...at, body: freed }, as(PatchStrategy.StrategicMergePatch));
  assert.equal(after.metadata?.finalizers, undefined);
});

test('applies on the server, and is told of conflicts', async () => {
  const apply = (fieldManager: string, value: string, force = false) =>
    core.patchNamespacedConfigMap(
      { namespace, name: 's', fieldManager, force, body: configMap('s', { k: value }) },
      as(PatchStrategy.ServerSideApply),
    );
  await apply('one', '1');
  await assert.rejects(apply('two', '2'), refusedWith(409, 'Conflict'));
  const forced = await apply('two', '2', true);
  assert.equal(forced.data?.k, '2');
  assert.deepEqual(
    forced.metadata?.managedFields
      ?.filter((f) => f.operation === 'Apply')
      .map((f) => f.manager)
      .includes('two'),
    true,
  );
});

test('pages through a list of one state', async () => {
  for (let i = 0; i < 7; i++)
    await core.createNamespacedConfigMap({ namespace, body: configMap(`page-${i}`, {}, { set: 'pages' }) });
  const names: (string | undefined)[] = [];
  const versions = new Set<string | undefined>();
  let _continue: string | undefined;
  do {
    const page = await core.listNamespacedConfigMap({ namespace, labelSelector: 'set=pages', limit: 3, _continue });
    names.push(...page.items.map((item) => item.metadata?.name));
    versions.add(page.metadata?.resourceVersion);
    _continue = page.metadata?._continue || undefined;
  } while (_continue);
  assert.deepEqual(
    names,
    [0, 1, 2, 3, 4, 5, 6].map((i) => `page-${i}`),
  );
  assert.equal(versions.size, 1);
});

test('watches from a revision on', async () => {
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const seen: string[] = [];
  const controller = await new Watch(config).watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { resourceVersion: metadata?.resourceVersion, labelSelector: 'watched=yes' },
    (phase, object: V1ConfigMap) => seen.push(`${phase} ${object.metadata?.name} ${object.data?.k}`),
    () => undefined,
  );
  try {
    const made = await core.createNamespacedConfigMap({
      namespace,
      body: configMap('w', { k: '1' }, { watched: 'yes' }),
    });
    await core.replaceNamespacedConfigMap({ namespace, name: 'w', body: { ...made, data: { k: '2' } } });
    await core.deleteNamespacedConfigMap({ namespace, name: 'w' });
    await eventually('three events', async () => seen.length >= 3);
    assert.deepEqual(seen, ['ADDED w 1', 'MODIFIED w 2', 'DELETED w 2']);
  } finally {
    controller.abort();
  }
});

test('keeps an informer up to date', async () => {
  const labelSelector = 'informed=yes';
  const informer = makeInformer(
    config,
    `/api/v1/namespaces/${namespace}/configmaps`,
    () => core.listNamespacedConfigMap({ namespace, labelSelector }),
    labelSelector,
  );
  await core.createNamespacedConfigMap({ namespace, body: configMap('before', {}, { informed: 'yes' }) });
  await informer.start();
  try {
    await core.createNamespacedConfigMap({ namespace, body: configMap('after', {}, { informed: 'yes' }) });
    await core.deleteNamespacedConfigMap({ namespace, name: 'before' });
    await eventually('the informer knows', async () => {
      const names = informer.list(namespace).map((object) => object.metadata?.name);
      return names.length === 1 && names[0] === 'after';
    });
  } finally {
    await informer.stop();
  }
});

test('writes status and scale by themselves', async () => {
  const labels = { app: 'js' };
  const containers = [{ name: 'c', image: IMAGE }];
  const spec = {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
  await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'd' }, spec } });
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'd' });
  assert.equal(scale.spec?.replicas ?? 0, 0);
  assert.equal(scale.status?.selector, 'app=js');
  await apps.replaceNamespacedDeploymentScale({
    namespace,
    name: 'd',
    body: { ...scale, metadata: { name: 'd', namespace }, spec: { replicas: 1 } },
  });
  await eventually('a pod', async () => {
    const { status } = await apps.readNamespacedDeploymentStatus({ namespace, name: 'd' });
    return status?.readyReplicas === 1;
  });
  const condition = { type: 'example.org/Checked', status: 'True' };
  const patched = await apps.patchNamespacedDeploymentStatus(
    { namespace, name: 'd', body: { spec: { replicas: 9 }, status: { conditions: [condition] } } },
    as(PatchStrategy.StrategicMergePatch),
  );
  assert.equal(patched.spec?.replicas, 1, 'a write of the status touches nothing else');
  assert.ok(patched.status?.conditions?.some(({ type }) => type === condition.type));
});

test('runs a command in a container', async () => {
  const pods = await core.listNamespacedPod({ namespace, labelSelector: 'app=js' });
  const name = pods.items[0]?.metadata?.name ?? '';
  let said = '';
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      said += chunk.toString();
      done();
    },
  });
  const input = new PassThrough();
  const command = ['/bin/busybox', 'sh', '-c', 'read line; echo "got $line"; exit 3'];
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec(namespace, name, 'c', command, out, out, input, false, resolve).catch(reject);
    input.write('hello\n');
  });
  assert.equal(said, 'got hello\n');
  assert.equal(status.status, 'Failure');
  assert.equal(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message, '3');
});

test('elects one leader by a lease', async () => {
  const leases = config.makeApiClient(CoordinationV1Api);
  const claim = async (holderIdentity: string): Promise<boolean> => {
    const spec = {
      holderIdentity,
      leaseDurationSeconds: 15,
      renewTime: new V1MicroTime(),
      acquireTime: new V1MicroTime(),
    };
    try {
      await leases.createNamespacedLease({ namespace, body: { metadata: { name: 'leader' }, spec } });
      return true;
    } catch (error) {
      refusedWith(409, 'AlreadyExists')(error);
      return false;
    }
  };
  const wins = await Promise.all(['a', 'b', 'c', 'd'].map(claim));
  assert.equal(wins.filter(Boolean).length, 1);
  const held = await leases.readNamespacedLease({ namespace, name: 'leader' });
  const renewed = (): V1Lease => ({ ...held, spec: { ...held.spec, renewTime: new V1MicroTime() } });
  const renewals = await Promise.allSettled(
    [1, 2, 3].map(() => leases.replaceNamespacedLease({ namespace, name: 'leader', body: renewed() })),
  );
  assert.equal(renewals.filter(({ status }) => status === 'fulfilled').length, 1, 'one writer of one revision');
});

test('works on objects whose kinds it reads from them', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const made = await objects.create(configMap('any', { k: '1' }));
  assert.equal(made.kind, 'ConfigMap');
  const read = await objects.read<V1ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'any', namespace },
  });
  assert.equal(read.data?.k, '1');
  await objects.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'any', namespace } });
});
