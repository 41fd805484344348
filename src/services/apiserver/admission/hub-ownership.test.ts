// The guard at the door of the Kubernetes API, on a real server: every plane and mode, every way to change an object of the hub, and
// everybody who may.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ApiError, type Client, resourceOf } from '#client';
import type { ConfigMap, Deployment, Pod } from '#model/kube';
import { OWNER_LABEL, REVISION_ANNOTATION } from '#model/link';
import { operationNamed, verdictOf } from '#model/operations';
import { CONNECTIVITY_MODES, isLegalPair, PLANES, type Standing } from '#model/site';
import { systemClock } from '#platform/clock';
import { http2Client } from '#platform/http';
import { startTrialServer, type TrialServer } from '../trial-server.fixture.ts';

const MAPS = resourceOf<ConfigMap>('', 'v1', 'configmaps');
const DEPLOYMENTS = resourceOf<Deployment>('apps', 'v1', 'deployments');
const PODS = resourceOf<Pod>('', 'v1', 'pods');
const MASTERS = ['system:masters'];
const AWAY: Standing = { plane: 'hub', mode: 'SemiConnected' };
const FREE: Standing = { plane: 'local', mode: 'NotActivated' };
const namespace = 'default';
const PAIRS = PLANES.flatMap((plane) => CONNECTIVITY_MODES.map((mode) => ({ plane, mode }))).filter(({ plane, mode }) =>
  isLegalPair(plane, mode),
);

let trial: TrialServer;
let standing: Standing = FREE;
let looks = 0;
const as = (name: string): Client => trial.server.client({ name, groups: MASTERS });

const map = (name: string, isHubs = true): ConfigMap => ({
  metadata: {
    name,
    namespace,
    ...(isHubs && { labels: { [OWNER_LABEL]: 'hub' }, annotations: { [REVISION_ANNOTATION]: '1' } }),
  },
  data: { a: 'b' },
});
const container = { name: 'c', image: 'x' };
const deployment = (name: string): Deployment => ({
  metadata: map(name).metadata,
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
  },
});
const merge = (body: object) => ({ type: 'merge', body }) as const;

/** Every way to change what is the hub's. Each makes what it needs as the applier, then acts as whom it is given. */
const CHANGES: Readonly<Record<string, (client: Client, name: string) => Promise<unknown>>> = {
  create: (client, name) => client.create(MAPS, map(`${name}-new`)),
  'apply by server': (client, name) =>
    client.patch(
      MAPS,
      { namespace, name: `${name}-applied` },
      { type: 'apply', body: { apiVersion: 'v1', kind: 'ConfigMap', ...map(`${name}-applied`) } },
      { fieldManager: 'somebody' },
    ),
  patch: (client, name) => client.patch(MAPS, { namespace, name }, merge({ data: { a: 'c' } })),
  update: async (client, name) =>
    client.update(MAPS, { ...(await client.get(MAPS, { namespace, name })), data: { a: 'd' } }),
  'take the label away': (client, name) =>
    client.patch(MAPS, { namespace, name }, merge({ metadata: { labels: { [OWNER_LABEL]: null } } })),
  'take the annotation away': (client, name) =>
    client.patch(MAPS, { namespace, name }, merge({ metadata: { annotations: { [REVISION_ANNOTATION]: null } } })),
  'claim by a label': (client, name) =>
    client.patch(MAPS, { namespace, name: `${name}-own` }, merge({ metadata: { labels: { [OWNER_LABEL]: 'hub' } } })),
  scale: (client, name) =>
    client.patch(DEPLOYMENTS, { namespace, name }, merge({ spec: { replicas: 3 } }), { subresource: 'scale' }),
  delete: (client, name) => client.delete(MAPS, { namespace, name }),
  evict: (client, name) => client.createSub(PODS, { namespace, name }, 'eviction', { metadata: { name, namespace } }),
};

async function made(name: string): Promise<void> {
  const applier = as('holdfast:services');
  await applier.create(MAPS, map(name));
  await applier.create(MAPS, map(`${name}-own`, false));
  await applier.create(DEPLOYMENTS, deployment(name));
  await applier.create(PODS, { metadata: map(name).metadata, spec: { containers: [container] } });
}

before(async () => {
  trial = await startTrialServer({
    hub: {
      standing: () => {
        looks++;
        return standing;
      },
      broughtInto: (name) => name.startsWith('with-'),
    },
  });
  await as('root').create(resourceOf('', 'v1', 'serviceaccounts'), { metadata: { name: 'default', namespace } });
});
after(() => trial.stop());

const nameOf = (...parts: readonly string[]): string =>
  parts
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-');

describe('a person', () => {
  for (const pair of PAIRS)
    for (const [what, change] of Object.entries(CHANGES))
      it(`${what}: ${pair.plane}, ${pair.mode}`, async () => {
        const name = nameOf(what, pair.plane, pair.mode);
        standing = pair;
        await made(name);
        const ruling = verdictOf(operationNamed('change-hub-objects'), pair);
        if (ruling.verdict !== 'refused') return void (await change(as('anna'), name));
        await assert.rejects(change(as('anna'), name), (error: ApiError) => {
          assert.deepEqual([error.code, error.reason], [403, 'Forbidden']);
          for (const said of [
            'change-hub-objects',
            `plane ${pair.plane}`,
            `mode ${pair.mode}`,
            ruling.reason,
            ruling.workaround,
          ])
            assert.ok(error.message.includes(String(said)), `${error.message} names ${said}`);
          return true;
        });
      });

  it('is refused objects of a collection', async () => {
    standing = AWAY;
    await made('collection');
    const connection = http2Client({
      origin: trial.url,
      tls: { caPem: trial.caPem, ...(await trial.clientCertificate('anna', MASTERS)) },
      clock: systemClock,
    });
    const path = `/api/v1/namespaces/${namespace}/configmaps?fieldSelector=metadata.name%3Dcollection`;
    const { status } = await connection.request({ method: 'DELETE', path, headers: {} });
    connection.close();
    assert.equal(status, 403);
    assert.deepEqual((await as('anna').get(MAPS, { namespace, name: 'collection' })).data, { a: 'b' });
  });

  it('deletes no namespace with objects of the hub in it, and any other', async () => {
    const namespaces = resourceOf('', 'v1', 'namespaces');
    standing = AWAY;
    for (const name of ['with-hubs', 'without-hubs']) await as('anna').create(namespaces, { metadata: { name } });
    await assert.rejects(as('anna').delete(namespaces, { name: 'with-hubs' }), { code: 403 });
    await as('anna').delete(namespaces, { name: 'without-hubs' });
    standing = { plane: 'local', mode: 'Disconnected' };
    await as('anna').delete(namespaces, { name: 'with-hubs' });
  });

  it('may write status, which is nobody’s', async () => {
    standing = AWAY;
    await made('status');
    await as('anna').patch(DEPLOYMENTS, { namespace, name: 'status' }, merge({ status: { replicas: 1 } }), {
      subresource: 'status',
    });
  });

  it('is judged by where the site stands at that moment, and only over objects of the hub', async () => {
    standing = AWAY;
    await made('moment');
    const change = () => as('anna').patch(MAPS, { namespace, name: 'moment' }, merge({ data: { n: 'x' } }));
    await assert.rejects(change(), { code: 403 });
    standing = { plane: 'local', mode: 'SemiConnected' };
    await change();
    const before = looks;
    await as('anna').patch(MAPS, { namespace, name: 'moment-own' }, merge({ data: { n: 'x' } }));
    assert.equal(looks, before);
  });

  it('is told the refusal field by field', async () => {
    standing = AWAY;
    await assert.rejects(as('anna').create(MAPS, map('told')), (error: ApiError) => {
      const { causes } = error.details as { causes: { reason: string; message: string }[] };
      assert.deepEqual(Object.fromEntries(causes.map(({ reason, message }) => [reason.split('/')[1], message])), {
        operation: 'change-hub-objects',
        ...AWAY,
        reason: 'the hub owns the objects of the desired state on this plane, and the link to it is away',
        workaround: 'take the local plane: holdfast plane take --reason WHY',
      });
      return true;
    });
  });
});

describe('while the link is away', () => {
  for (const user of [
    'holdfast:services',
    'system:kube-controller-manager',
    'system:kube-scheduler',
    'system:apiserver',
  ])
    it(`${user} goes on`, async () => {
      standing = AWAY;
      const name = nameOf('goes', user);
      await made(name);
      for (const what of ['patch', 'scale', 'take the annotation away', 'delete'])
        await CHANGES[what]?.(as(user), name);
    });

  it('a workload’s operator keeps its books, and changes nothing else', async () => {
    standing = AWAY;
    await made('operator');
    const operator = as('system:serviceaccount:shop:operator');
    const at = { namespace, name: 'operator' };
    await operator.patch(
      MAPS,
      at,
      merge({ metadata: { finalizers: ['shop.example/x'], annotations: { seen: 'yes' } } }),
    );
    await operator.patch(MAPS, at, merge({ metadata: { finalizers: null } }));
    for (const what of ['patch', 'scale', 'take the label away', 'take the annotation away', 'delete', 'create'])
      await assert.rejects(async () => CHANGES[what]?.(operator, 'operator'), { code: 403 }, what);
  });

  it('people who are not known are judged too', async () => {
    standing = AWAY;
    await made('anonymous');
    await assert.rejects(async () => CHANGES.patch?.(as('system:anonymous'), 'anonymous'), { code: 403 });
  });
});
