// Every plug-in in its place in the list, on requests of people and nodes, row by row.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject, Pod, ResourceFacts, ServiceAccount } from '#model/kube';
import { resourceFacts } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { createAuthorization } from '../authorization/authorization.ts';
import { bootstrapRbacObjects } from '../authorization/bootstrap-objects.ts';
import { filledCaches } from '../authorization/caches.fixture.ts';
import type { AdmissionRequest, UserInfo } from '../contract.ts';
import { admissionLookups } from './admission-lookups.ts';
import { admissionPlugins } from './admission-plugins.ts';

const MASTER: UserInfo = { name: 'root', groups: ['system:masters'] };
const NODE: UserInfo = { name: 'system:node:n', groups: ['system:nodes', 'system:authenticated'] };
const FORBIDDEN = { code: 403, reason: 'Forbidden' };

interface Asked {
  readonly on: string;
  readonly object?: unknown;
  readonly old?: unknown;
  readonly operation?: AdmissionRequest['operation'];
  readonly user?: UserInfo;
  readonly namespace?: string;
  readonly name?: string;
}

function factsOf(resource: string): ResourceFacts {
  const [name, group = ''] = resource.split('|');
  return resourceFacts.find((known) => known.resource === name && known.group === group) as ResourceFacts;
}

/** A cluster with a namespace "a" that has its default account, and everything that a test adds. */
function cluster() {
  const caches = filledCaches();
  for (const [kind, list] of Object.entries(bootstrapRbacObjects()))
    for (const object of list) caches.put(kind.toLowerCase(), object);
  caches.put('namespaces', { metadata: { name: 'a' } });
  caches.put('serviceaccounts', { metadata: { name: 'default', namespace: 'a', uid: 'u' } });
  const clock = fakeClock();
  const plugins = admissionPlugins({
    lookups: admissionLookups(caches.client),
    authorization: createAuthorization({ client: caches.client }),
    clock,
    rootCaPem: () => 'CA',
    legacyToken: (account: ServiceAccount, secretName) => `token of ${account.metadata?.name} for ${secretName}`,
    resourceOfKind: (_apiVersion, kind) => resourceFacts.find((known) => known.kind === kind),
  });
  /** Runs all plug-ins; answers the object as they left it. */
  const admit = async <K>(asked: Asked): Promise<K> => {
    const [on = '', subresource = ''] = asked.on.split('/');
    const resource = factsOf(on);
    const object = structuredClone(asked.object) as KubeObject | undefined;
    const request: AdmissionRequest = {
      operation: asked.operation ?? (asked.old ? 'UPDATE' : 'CREATE'),
      resource,
      subresource,
      namespace: resource.namespaced ? (asked.namespace ?? 'a') : '',
      name: asked.name ?? object?.metadata?.name ?? '',
      object,
      ...(asked.old ? { oldObject: structuredClone(asked.old) as KubeObject } : {}),
      user: asked.user ?? MASTER,
      dryRun: false,
      warn: () => undefined,
    };
    for (const plugin of plugins) await plugin.mutate?.(request);
    for (const plugin of plugins) await plugin.validate?.(request);
    return request.object as K;
  };
  return { caches, clock, admit };
}

const pod = (spec: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'a' },
  spec: { containers: [{ name: 'c' }], ...spec },
});

describe('namespaces', () => {
  it('must be there', async () => {
    await assert.rejects(cluster().admit({ on: 'configmaps', object: { metadata: { name: 'c' } }, namespace: 'x' }), {
      code: 404,
      message: 'namespaces "x" not found',
    });
  });
  it('take nothing new while they go', async () => {
    const { caches, admit } = cluster();
    caches.put('namespaces', { metadata: { name: 'a', deletionTimestamp: '2026-01-01T00:00:00Z' } });
    const object = { metadata: { name: 'c' } };
    await assert.rejects(
      admit({ on: 'configmaps', object }),
      (error: { code: number; details: { causes: { reason: string }[] } }) => {
        assert.equal(error.code, 403);
        assert.equal(error.details.causes[0]?.reason, 'NamespaceTerminating');
        return true;
      },
    );
    await admit({ on: 'configmaps', object, old: object });
    await admit({ on: 'configmaps', operation: 'DELETE', name: 'c' });
  });
  for (const name of ['default', 'kube-system', 'kube-public'])
    it(`${name} stays`, () =>
      assert.rejects(cluster().admit({ on: 'namespaces', operation: 'DELETE', name }), FORBIDDEN));
  it('of users go', () => cluster().admit({ on: 'namespaces', operation: 'DELETE', name: 'a' }));
});

describe('a new pod', () => {
  it('gets account, token, tolerations and priority', async () => {
    const { spec } = await cluster().admit<Pod>({ on: 'pods', object: pod({ initContainers: [{ name: 'i' }] }) });
    const volume = spec?.volumes?.[0];
    assert.match(volume?.name ?? '', /^kube-api-access-[a-z0-9]{5}$/);
    assert.deepEqual(volume?.projected, {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    });
    const mount = { name: volume?.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
    assert.deepEqual([spec?.containers[0]?.volumeMounts, spec?.initContainers?.[0]?.volumeMounts], [[mount], [mount]]);
    assert.deepEqual([spec?.serviceAccountName, spec?.serviceAccount], ['default', 'default']);
    assert.deepEqual(
      [spec?.priority, spec?.preemptionPolicy, spec?.priorityClassName],
      [0, 'PreemptLowerPriority', undefined],
    );
    const toleration = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
    assert.deepEqual(spec?.tolerations, [
      { key: 'node.kubernetes.io/not-ready', ...toleration },
      { key: 'node.kubernetes.io/unreachable', ...toleration },
    ]);
  });
  it('gets no token when it or its account says so, the pod having the last word', async () => {
    const { caches, admit } = cluster();
    const has = async (spec: Partial<Pod['spec']>): Promise<boolean> =>
      ((await admit<Pod>({ on: 'pods', object: pod(spec) })).spec?.volumes ?? []).length > 0;
    assert.equal(await has({ automountServiceAccountToken: false }), false);
    caches.put('serviceaccounts', {
      metadata: { name: 'quiet', namespace: 'a' },
      automountServiceAccountToken: false,
    } as KubeObject);
    assert.equal(await has({ serviceAccountName: 'quiet' }), false);
    assert.equal(await has({ serviceAccountName: 'quiet', automountServiceAccountToken: true }), true);
  });
  it('keeps what it mounts at the path of the token', async () => {
    const volumeMounts = [{ name: 'own', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }];
    const { spec } = await cluster().admit<Pod>({
      on: 'pods',
      object: pod({ containers: [{ name: 'c', volumeMounts }] }),
    });
    assert.deepEqual([spec?.containers[0]?.volumeMounts, spec?.volumes], [volumeMounts, undefined]);
  });
  it('gets the pull secrets of its account unless it has its own', async () => {
    const { caches, admit } = cluster();
    caches.put('serviceaccounts', {
      metadata: { name: 'default', namespace: 'a' },
      imagePullSecrets: [{ name: 's' }],
    } as KubeObject);
    const secrets = async (spec: Partial<Pod['spec']>) =>
      (await admit<Pod>({ on: 'pods', object: pod(spec) })).spec?.imagePullSecrets;
    assert.deepEqual(await secrets({}), [{ name: 's' }]);
    assert.deepEqual(await secrets({ imagePullSecrets: [{ name: 'own' }] }), [{ name: 'own' }]);
  });
  it('waits for the account of a new namespace', async () => {
    const { caches, clock, admit } = cluster();
    caches.put('namespaces', { metadata: { name: 'new' } });
    const admitted = admit<Pod>({ on: 'pods', object: pod(), namespace: 'new' });
    await clock.advance(150);
    caches.put('serviceaccounts', { metadata: { name: 'default', namespace: 'new' } });
    await clock.advance(100);
    assert.equal((await admitted).spec?.serviceAccountName, 'default');
  });
  it('is refused when its account does not come', async () => {
    const { clock, admit } = cluster();
    const refused = assert.rejects(admit({ on: 'pods', object: pod({ serviceAccountName: 'x' }) }), {
      code: 403,
      message: 'pods "p" is forbidden: error looking up service account a/x: serviceaccount "x" not found',
    });
    await clock.advance(10_000);
    await refused;
  });
  it('keeps its own tolerations', async () => {
    const own = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', tolerationSeconds: 5 }];
    const { spec } = await cluster().admit<Pod>({ on: 'pods', object: pod({ tolerations: own }) });
    assert.deepEqual(
      spec?.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds]),
      [
        ['node.kubernetes.io/not-ready', 5],
        ['node.kubernetes.io/unreachable', 300],
      ],
    );
    const all = [{ operator: 'Exists' }];
    assert.deepEqual(
      (await cluster().admit<Pod>({ on: 'pods', object: pod({ tolerations: all }) })).spec?.tolerations,
      all,
    );
  });
  it('tolerations of effect NoSchedule do not count', async () => {
    const own = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' }];
    assert.equal(
      (await cluster().admit<Pod>({ on: 'pods', object: pod({ tolerations: own }) })).spec?.tolerations?.length,
      3,
    );
  });
});

describe('priority', () => {
  const high = { metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' } as KubeObject;
  const usual = { metadata: { name: 'usual' }, value: 7, globalDefault: true } as KubeObject;
  for (const [what, classes, spec, wanted] of [
    ['of a class', [high], { priorityClassName: 'high' }, [1000, 'Never', 'high']],
    ['of the default class', [high, usual], {}, [7, 'PreemptLowerPriority', 'usual']],
    [
      'of the system, without its object',
      [],
      { priorityClassName: 'system-node-critical' },
      [2000001000, 'PreemptLowerPriority', 'system-node-critical'],
    ],
    ['that says the same itself', [high], { priorityClassName: 'high', priority: 1000 }, [1000, 'Never', 'high']],
    ['of a class that is not there', [], { priorityClassName: 'x' }, undefined],
    ['that says another itself', [high], { priorityClassName: 'high', priority: 5 }, undefined],
    [
      'that says another policy itself',
      [high],
      { priorityClassName: 'high', preemptionPolicy: 'PreemptLowerPriority' },
      undefined,
    ],
  ] as const)
    it(`${what}: ${wanted ?? 'refused'}`, async () => {
      const { caches, admit } = cluster();
      for (const one of classes) caches.put('priorityclasses', one);
      const admitted = admit<Pod>({ on: 'pods', object: pod(spec) });
      if (!wanted) return assert.rejects(admitted, FORBIDDEN);
      const done = (await admitted).spec;
      assert.deepEqual([done?.priority, done?.preemptionPolicy, done?.priorityClassName], wanted);
    });
  it('has one default class', async () => {
    const { caches, admit } = cluster();
    caches.put('priorityclasses', usual);
    await admit({ on: 'priorityclasses|scheduling.k8s.io', object: usual, old: usual });
    const second = { ...usual, metadata: { name: 'second' } };
    await assert.rejects(admit({ on: 'priorityclasses|scheduling.k8s.io', object: second }), FORBIDDEN);
  });
});

describe('storage', () => {
  const storageClass = (name: string, more: object): KubeObject =>
    ({ metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z', ...more }, provisioner: 'p' }) as KubeObject;
  const isDefault = { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
  const claim = (spec: object) => ({ metadata: { name: 'c' }, spec });
  it('gives a claim the newest default class and protects it', async () => {
    const { caches, admit } = cluster();
    caches.put('storageclasses', storageClass('old', isDefault));
    caches.put('storageclasses', storageClass('new', { ...isDefault, creationTimestamp: '2026-02-01T00:00:00Z' }));
    caches.put('storageclasses', storageClass('other', { creationTimestamp: '2026-03-01T00:00:00Z' }));
    assert.deepEqual(await admit({ on: 'persistentvolumeclaims', object: claim({}) }), {
      metadata: { name: 'c', finalizers: ['kubernetes.io/pvc-protection'] },
      spec: { storageClassName: 'new' },
    });
    const none = await admit<{ spec: object }>({
      on: 'persistentvolumeclaims',
      object: claim({ storageClassName: '' }),
    });
    assert.deepEqual(none.spec, { storageClassName: '' });
  });
  it('protects a volume once', async () => {
    const object = { metadata: { name: 'v', finalizers: ['kubernetes.io/pv-protection'] } };
    assert.deepEqual(await cluster().admit({ on: 'persistentvolumes', object }), object);
  });
  for (const [what, phase, expands, size, allowed] of [
    ['grows where its class lets it', 'Bound', true, '2Gi', true],
    ['does not grow where it does not', 'Bound', false, '2Gi', false],
    ['does not grow before it is bound', 'Pending', true, '2Gi', false],
    ['may stay as it is', 'Pending', false, '1024Mi', true],
  ] as const)
    it(`a claim ${what}`, async () => {
      const { caches, admit } = cluster();
      caches.put('storageclasses', { metadata: { name: 's' }, allowVolumeExpansion: expands } as KubeObject);
      const sized = (storage: string) => ({
        ...claim({ storageClassName: 's', resources: { requests: { storage } } }),
        status: { phase },
      });
      const done = admit({ on: 'persistentvolumeclaims', object: sized(size), old: sized('1Gi') });
      await (allowed ? done : assert.rejects(done, FORBIDDEN));
    });
});

describe('runtime classes', () => {
  const runtime = {
    metadata: { name: 'r' },
    handler: 'h',
    overhead: { podFixed: { cpu: '10m' } },
    scheduling: { nodeSelector: { gpu: 'yes' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] },
  } as KubeObject;
  for (const [what, spec, allowed] of [
    ['give overhead and place', { runtimeClassName: 'r' }, true],
    ['must be there', { runtimeClassName: 'x' }, false],
    ['do not let a pod name another overhead', { runtimeClassName: 'r', overhead: { cpu: '20m' } }, false],
    ['do not let a pod name overhead without them', { overhead: { cpu: '10m' } }, false],
    ['do not let a pod contradict', { runtimeClassName: 'r', nodeSelector: { gpu: 'no' } }, false],
  ] as const)
    it(what, async () => {
      const { caches, admit } = cluster();
      caches.put('runtimeclasses', runtime);
      const admitted = admit<Pod>({ on: 'pods', object: pod(spec) });
      if (!allowed) return assert.rejects(admitted, FORBIDDEN);
      const done = (await admitted).spec;
      assert.deepEqual(
        [done?.overhead, done?.nodeSelector, done?.tolerations?.[2]],
        [{ cpu: '10m' }, { gpu: 'yes' }, { key: 'gpu', operator: 'Exists' }],
      );
    });
});

describe('a node restricts itself', () => {
  const own = {
    metadata: { name: 'n', labels: { 'kubernetes.io/hostname': 'n' } },
    spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] },
  };
  const labelled = (labels: object) => ({
    ...own,
    metadata: { ...own.metadata, labels: { ...own.metadata.labels, ...labels } },
  });
  const running = pod({ nodeName: 'n' });
  const elsewhere = pod({ nodeName: 'm' });
  const mirror = (spec: object, owners: object[] = []) => ({
    ...pod(spec),
    metadata: { name: 'p', annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: owners },
  });
  const lease = (namespace: string, name: string): Asked => ({
    on: 'leases|coordination.k8s.io',
    namespace,
    object: { metadata: { name } },
  });
  const token = (boundObjectRef?: object): Asked => ({
    on: 'serviceaccounts/token',
    name: 'default',
    object: { spec: { boundObjectRef } },
  });
  const rows: [string, Asked, boolean][] = [
    ['registers itself', { on: 'nodes', object: own }, true],
    ['registers no other', { on: 'nodes', object: { metadata: { name: 'm' } } }, false],
    ['gives itself no role', { on: 'nodes', object: labelled({ 'node-role.kubernetes.io/master': '' }) }, false],
    [
      'gives itself no restricted label',
      { on: 'nodes', object: labelled({ 'node-restriction.kubernetes.io/a': 'b' }), old: own },
      false,
    ],
    [
      'gives itself labels of other domains',
      { on: 'nodes', object: labelled({ 'example.org/a': 'b' }), old: own },
      true,
    ],
    ['takes no role away', { on: 'nodes', object: own, old: labelled({ 'node-role.kubernetes.io/x': '' }) }, false],
    ['keeps its taints', { on: 'nodes', object: { ...own, spec: {} }, old: own }, false],
    ['reports its status', { on: 'nodes/status', object: own, old: own }, true],
    [
      'reports no status of another',
      { on: 'nodes/status', name: 'm', object: { metadata: { name: 'm' } }, old: { metadata: { name: 'm' } } },
      false,
    ],
    ['creates a mirror pod', { on: 'pods', object: mirror({ nodeName: 'n' }, [{ kind: 'Node', name: 'n' }]) }, true],
    ['creates no mirror pod elsewhere', { on: 'pods', object: mirror({ nodeName: 'm' }) }, false],
    [
      'creates no mirror pod of another owner',
      { on: 'pods', object: mirror({ nodeName: 'n' }, [{ kind: 'Node', name: 'm' }]) },
      false,
    ],
    ['creates no other pod', { on: 'pods', object: pod({ nodeName: 'n' }) }, false],
    [
      'creates no mirror pod with an account',
      { on: 'pods', object: mirror({ nodeName: 'n', serviceAccountName: 'default' }) },
      false,
    ],
    ['reports status of its pod', { on: 'pods/status', object: running, old: running }, true],
    ['reports no status of another pod', { on: 'pods/status', object: elsewhere, old: elsewhere }, false],
    [
      'labels no pod',
      { on: 'pods/status', object: { ...running, metadata: { name: 'p', labels: { a: 'b' } } }, old: running },
      false,
    ],
    ['deletes its pod', { on: 'pods', operation: 'DELETE', name: 'p', old: running }, true],
    ['deletes no other pod', { on: 'pods', operation: 'DELETE', name: 'p', old: elsewhere }, false],
    ['evicts its pod', { on: 'pods/eviction', name: 'mine', object: {} }, true],
    ['evicts no other pod', { on: 'pods/eviction', name: 'other', object: {} }, false],
    ['renews its lease', lease('kube-node-lease', 'n'), true],
    ['renews no other lease', lease('kube-node-lease', 'm'), false],
    ['asks for a token for its pod', token({ kind: 'Pod', name: 'mine', uid: 'u1' }), true],
    ['asks for no token that is not bound', token(), false],
    ['asks for no token without a uid', token({ kind: 'Pod', name: 'mine' }), false],
    ['asks for no token for another pod', token({ kind: 'Pod', name: 'other', uid: 'u2' }), false],
  ];
  for (const [what, asked, allowed] of rows)
    it(what, async () => {
      const { caches, admit } = cluster();
      caches.put('namespaces', { metadata: { name: 'kube-node-lease' } });
      caches.put('pods', {
        metadata: { name: 'mine', namespace: 'a', uid: 'u1' },
        spec: { containers: [], nodeName: 'n' },
      } as Pod);
      caches.put('pods', {
        metadata: { name: 'other', namespace: 'a', uid: 'u2' },
        spec: { containers: [], nodeName: 'm' },
      } as Pod);
      const done = admit({ ...asked, user: NODE });
      await (allowed ? done : assert.rejects(done, FORBIDDEN));
    });
  it('and a new node takes no pods until it is ready', async () => {
    const made = await cluster().admit<{ spec: { taints: unknown[] } }>({
      on: 'nodes',
      object: { metadata: { name: 'm' } },
    });
    assert.deepEqual(made.spec.taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });
});

describe('certificates, secrets, ingresses and owners', () => {
  const eve: UserInfo = { name: 'eve', uid: '7', groups: ['dev'], extra: { k: ['v'] } };
  const csr = (status?: object) => ({
    metadata: { name: 'x' },
    spec: { request: 'r', signerName: 'kubernetes.io/kubelet-serving' },
    ...(status && { status }),
  });
  const on = 'certificatesigningrequests|certificates.k8s.io';
  it('a request carries who made it, whatever it says itself', async () => {
    const object = { ...csr(), spec: { ...csr().spec, username: 'root', groups: ['system:masters'] } };
    const { spec } = await cluster().admit<{ spec: object }>({ on, object, user: eve });
    assert.deepEqual(spec, { ...csr().spec, username: 'eve', uid: '7', groups: ['dev'], extra: { k: ['v'] } });
  });
  it('only who may approve or sign for a signer does', async () => {
    const { admit } = cluster();
    const approver: UserInfo = { name: 'system:serviceaccount:kube-system:certificate-controller', groups: [] };
    await assert.rejects(admit({ on: `${on}/approval`, object: csr(), old: csr(), user: eve }), FORBIDDEN);
    await assert.rejects(admit({ on: `${on}/approval`, object: csr(), old: csr(), user: approver }), FORBIDDEN);
    const signed = csr({ certificate: 'c' });
    await assert.rejects(admit({ on: `${on}/status`, object: signed, old: csr(), user: eve }), FORBIDDEN);
    await admit({ on: `${on}/status`, object: signed, old: csr(), user: approver });
    await admit({ on: `${on}/status`, object: csr(), old: csr(), user: eve });
  });
  it('a secret that asks for a token gets one of its account', async () => {
    const { admit } = cluster();
    const secret = (name: string) => ({
      metadata: { name: 's', annotations: { 'kubernetes.io/service-account.name': name } },
      type: 'kubernetes.io/service-account-token',
    });
    const filled = await admit<{ data: Record<string, string>; metadata: { annotations: Record<string, string> } }>({
      on: 'secrets',
      object: secret('default'),
    });
    const read = Object.fromEntries(
      Object.entries(filled.data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
    assert.deepEqual(read, { 'ca.crt': 'CA', namespace: 'a', token: 'token of default for s' });
    assert.equal(filled.metadata.annotations['kubernetes.io/service-account.uid'], 'u');
    assert.deepEqual(await admit({ on: 'secrets', object: secret('nobody') }), secret('nobody'));
  });
  it('an ingress gets the default class', async () => {
    const { caches, admit } = cluster();
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    caches.put('ingressclasses', { metadata: { name: 'web', annotations } });
    const ingress = { metadata: { name: 'i' }, spec: {} };
    const done = await admit<{ spec: object }>({ on: 'ingresses|networking.k8s.io', object: ingress });
    assert.deepEqual(done.spec, { ingressClassName: 'web' });
  });
  it('who cannot set finalizers of an owner cannot block its deletion', async () => {
    const { caches, admit } = cluster();
    caches.put('rolebindings', {
      metadata: { name: 'e', namespace: 'a' },
      roleRef: { kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'User', name: 'eve' }],
    } as KubeObject);
    const owned = (blockOwnerDeletion: boolean) => ({
      metadata: {
        name: 'c',
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', blockOwnerDeletion }],
      },
    });
    await admit({ on: 'configmaps', object: owned(false), user: eve });
    await assert.rejects(admit({ on: 'configmaps', object: owned(true), user: eve }), FORBIDDEN);
    await admit({ on: 'configmaps', object: owned(true), old: owned(true), user: eve });
    await admit({ on: 'configmaps', object: owned(true) });
  });
});
