// Namespaces, endpoints, nodes and garbage on a simulated site.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatedSite } from './simulated-site.fixture.ts';

test('a namespace gets its account and its certificate, and is emptied before it goes', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  await client.create(kinds.namespaces, { metadata: { name: 'n' } });
  await site.settle();
  assert.ok(await client.get(kinds.serviceAccounts, { namespace: 'n', name: 'default' }));
  const published = await client.get(kinds.configMaps, { namespace: 'n', name: 'kube-root-ca.crt' });
  assert.deepEqual(published.data, { 'ca.crt': 'ROOT' });
  await client.delete(kinds.configMaps, { namespace: 'n', name: 'kube-root-ca.crt' });
  await site.settle();
  assert.ok(await client.get(kinds.configMaps, { namespace: 'n', name: 'kube-root-ca.crt' }), 'it comes back');
  await client.create(kinds.configMaps, { metadata: { namespace: 'n', name: 'held', finalizers: ['x/y'] } });
  await client.delete(kinds.namespaces, { name: 'n' });
  await site.pass(2000, 250);
  const going = await client.get(kinds.namespaces, { name: 'n' });
  const remaining = going.status?.conditions?.find((c) => c.type === 'NamespaceContentRemaining');
  assert.equal(remaining?.message, 'Some resources are remaining: configmaps. has 1 resource instances');
  await client.patch(
    kinds.configMaps,
    { namespace: 'n', name: 'held' },
    { type: 'merge', body: { metadata: { finalizers: [] } } },
  );
  await site.pass(1000, 250);
  assert.equal((await client.list(kinds.namespaces)).items.length, 0);
  await site.stop();
});

test('a service leads to its ready pods, in both forms of endpoints', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  const labels = { app: 'web' };
  await client.create(kinds.services, {
    metadata: { namespace: 'n', name: 'web' },
    spec: { selector: labels, clusterIP: '172.28.0.9', ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
  });
  site.becomesReady = (pod) => pod.metadata?.name !== 'sick';
  for (const name of ['well', 'sick']) {
    const ports = [{ name: 'web', containerPort: 8080 }];
    await client.create(kinds.pods, {
      metadata: { namespace: 'n', name, labels },
      spec: { containers: [{ name: 'c', ports }] },
    });
  }
  await site.settle();
  const [slice] = (await client.list(kinds.endpointSlices)).items;
  assert.equal(slice?.metadata?.labels?.['kubernetes.io/service-name'], 'web');
  assert.deepEqual(slice?.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }]);
  assert.deepEqual(slice?.endpoints?.map((e) => [e.targetRef?.name, e.conditions?.ready]).sort(), [
    ['sick', false],
    ['well', true],
  ]);
  const legacy = await client.get(kinds.endpoints, { namespace: 'n', name: 'web' });
  assert.equal(legacy.subsets?.[0]?.addresses?.[0]?.targetRef?.name, 'well');
  assert.equal(legacy.subsets?.[0]?.notReadyAddresses?.[0]?.targetRef?.name, 'sick');
  await client.delete(kinds.pods, { namespace: 'n', name: 'well' });
  await client.delete(kinds.pods, { namespace: 'n', name: 'sick' });
  await site.settle();
  const left = (await client.list(kinds.endpointSlices)).items.flatMap((s) => s.endpoints ?? []);
  assert.deepEqual(left, []);
  await client.delete(kinds.services, { namespace: 'n', name: 'web' });
  await site.settle();
  assert.deepEqual(
    [(await client.list(kinds.endpointSlices)).items.length, (await client.list(kinds.endpoints)).items.length],
    [0, 0],
  );
  await site.stop();
});

test('hand-made endpoints are mirrored', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  await client.create(kinds.services, { metadata: { namespace: 'n', name: 'out' }, spec: { ports: [{ port: 5432 }] } });
  await client.create(kinds.endpoints, {
    metadata: { namespace: 'n', name: 'out' },
    subsets: [{ addresses: [{ ip: '10.0.0.7' }], ports: [{ port: 5432 }] }],
  });
  await site.settle();
  const [slice] = (await client.list(kinds.endpointSlices)).items;
  assert.deepEqual(slice?.endpoints?.[0]?.addresses, ['10.0.0.7']);
  assert.equal(
    slice?.metadata?.labels?.['endpointslice.kubernetes.io/managed-by'],
    'endpointslicemirroring-controller.k8s.io',
  );
  await site.stop();
});

test('what has lost its owner is collected, what still has one only loses the reference', async () => {
  const site = await simulatedSite();
  const { client, kinds } = site;
  const owner = (name: string) => client.create(kinds.configMaps, { metadata: { namespace: 'n', name } });
  const [one, two] = [await owner('one'), await owner('two')];
  const reference = (of: typeof one) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: of.metadata?.name ?? '',
    uid: of.metadata?.uid ?? '',
  });
  const dependent = (name: string, namespace: string, owners: (typeof one)[]) =>
    client.create(kinds.secrets, { metadata: { namespace, name, ownerReferences: owners.map(reference) } });
  await dependent('of-one', 'n', [one]);
  await dependent('of-both', 'n', [one, two]);
  await dependent('abroad', 'elsewhere', [one]);
  await site.settle();
  const names = async () => (await client.list(kinds.secrets)).items.map((s) => s.metadata?.name);
  assert.deepEqual(await names(), ['of-one', 'of-both'], 'an owner in another namespace is none');
  await client.delete(kinds.configMaps, { namespace: 'n', name: 'one' });
  await site.settle();
  assert.deepEqual(await names(), ['of-both']);
  assert.deepEqual((await client.get(kinds.secrets, { namespace: 'n', name: 'of-both' })).metadata?.ownerReferences, [
    reference(two),
  ]);
  await site.stop();
});
