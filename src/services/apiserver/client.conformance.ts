// What every client must do, whatever carries it: run against the one in process and the one over HTTP.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiError, type CacheChange, type Client, resourceOf, type WatchEvent } from '#client';
import type { ConfigMap, Deployment, Namespace, Pod, Scale } from '#model/kube';

const namespaces = resourceOf<Namespace>('', 'v1', 'namespaces');
const configMaps = resourceOf<ConfigMap>('', 'v1', 'configmaps');
const deployments = resourceOf<Deployment>('apps', 'v1', 'deployments');
const DEADLINE_MS = 10_000;

/** Resolves when the condition holds. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'the condition holds in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const isStatus =
  (code: number, reason: string) =>
  (error: unknown): boolean =>
    error instanceof ApiError && error.code === code && error.reason === reason;

export interface ClientUnderTest {
  readonly client: Client;
  close(): Promise<void> | void;
}

export function clientConformance(name: string, open: () => Promise<ClientUnderTest>): void {
  describe(`client: ${name}`, () => {
    let tested: ClientUnderTest;
    let client: Client;
    const namespace = 'conformance';
    const map = (own: string, data: Record<string, string> = {}): ConfigMap => ({
      metadata: { name: own, namespace },
      data,
    });

    before(async () => {
      tested = await open();
      client = tested.client;
      await client.create(namespaces, { metadata: { name: namespace } });
    });
    after(() => tested.close());

    it('creates, reads, changes and deletes', async () => {
      const made = await client.create(configMaps, map('a', { x: '1' }));
      assert.equal(made.apiVersion, 'v1');
      assert.ok(made.metadata?.uid);
      assert.deepEqual((await client.get(configMaps, { namespace, name: 'a' })).data, { x: '1' });
      const changed = await client.update(configMaps, { ...made, data: { x: '2' } });
      assert.notEqual(changed.metadata?.resourceVersion, made.metadata?.resourceVersion);
      await assert.rejects(client.update(configMaps, { ...made, data: { x: '3' } }), isStatus(409, 'Conflict'));
      await client.delete(configMaps, { namespace, name: 'a' });
      await assert.rejects(client.get(configMaps, { namespace, name: 'a' }), isStatus(404, 'NotFound'));
    });

    it('says why it refuses', async () => {
      await client.create(configMaps, map('twice'));
      await assert.rejects(client.create(configMaps, map('twice')), isStatus(409, 'AlreadyExists'));
      await assert.rejects(client.create(configMaps, map('Not A Name')), isStatus(422, 'Invalid'));
      await assert.rejects(client.delete(configMaps, { namespace, name: 'none' }), isStatus(404, 'NotFound'));
    });

    it('patches in four languages', async () => {
      await client.create(configMaps, map('p', { a: '1' }));
      const at = { namespace, name: 'p' };
      await client.patch(configMaps, at, { type: 'merge', body: { data: { b: '2' } } });
      await client.patch(configMaps, at, { type: 'strategic', body: { data: { c: '3' } } });
      await client.patch(configMaps, at, { type: 'json', body: [{ op: 'remove', path: '/data/a' }] });
      const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'p' }, data: { d: '4' } };
      const result = await client.patch(configMaps, at, { type: 'apply', body: applied }, { fieldManager: 'suite' });
      assert.deepEqual(result.data, { b: '2', c: '3', d: '4' });
    });

    it('creates by apply what is not there', async () => {
      const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' }, data: { a: '1' } };
      const at = { namespace, name: 'new' };
      const made = await client.patch(configMaps, at, { type: 'apply', body: applied }, { fieldManager: 'suite' });
      assert.ok(made.metadata?.uid);
    });

    it('lists by label, by field and in pages', async () => {
      for (const own of ['l1', 'l2', 'l3'])
        await client.create(configMaps, { metadata: { name: own, namespace, labels: { set: 'l' } } });
      const all = await client.list(configMaps, { namespace, labelSelector: 'set=l' });
      assert.deepEqual(
        all.items.map((item) => item.metadata?.name),
        ['l1', 'l2', 'l3'],
      );
      assert.equal(all.items[0]?.kind, 'ConfigMap');
      const one = await client.list(configMaps, { namespace, fieldSelector: 'metadata.name=l2' });
      assert.deepEqual(
        one.items.map((item) => item.metadata?.name),
        ['l2'],
      );
      const first = await client.list(configMaps, { namespace, labelSelector: 'set=l', limit: 2 });
      assert.equal(first.items.length, 2);
      const rest = await client.list(configMaps, {
        namespace,
        labelSelector: 'set=l',
        limit: 2,
        continue: first.continue,
      });
      assert.deepEqual(
        rest.items.map((item) => item.metadata?.name),
        ['l3'],
      );
      assert.equal(rest.continue, undefined);
      await assert.rejects(
        client.list(configMaps, { namespace, fieldSelector: 'data.x=1' }),
        isStatus(400, 'BadRequest'),
      );
    });

    it('scales and writes status through subresources', async () => {
      const labels = { app: 'web' };
      const spec = {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      };
      await client.create(deployments, { metadata: { name: 'web', namespace }, spec });
      const at = { namespace, name: 'web' };
      await client.patch(deployments, at, { type: 'merge', body: { spec: { replicas: 3 } } }, { subresource: 'scale' });
      const scale = (await client.get(deployments, at, { subresource: 'scale' })) as unknown as Scale;
      assert.equal(scale.spec?.replicas, 3);
      await client.patch(
        deployments,
        at,
        { type: 'merge', body: { status: { replicas: 2 } } },
        { subresource: 'status' },
      );
      const now = await client.get(deployments, at);
      assert.equal(now.spec?.replicas, 3);
      assert.equal(now.status?.replicas, 2);
    });

    it('binds a pod to a node', async () => {
      const pods = resourceOf<Pod>('', 'v1', 'pods');
      const accounts = resourceOf('', 'v1', 'serviceaccounts');
      await client.create(accounts, { metadata: { name: 'default', namespace } });
      await client.create(pods, {
        metadata: { name: 'b', namespace },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      });
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'b' }, target: { kind: 'Node', name: 'n1' } };
      await client.createSub(pods, { namespace, name: 'b' }, 'binding', body);
      const pod = await client.get(pods, { namespace, name: 'b' });
      assert.equal(pod.spec?.nodeName, 'n1');
      await assert.rejects(
        client.createSub(pods, { namespace, name: 'b' }, 'binding', body),
        isStatus(409, 'Conflict'),
      );
    });

    it('watches, and shows what enters and leaves a selection', async () => {
      const events: WatchEvent<ConfigMap>[] = [];
      const { resourceVersion } = await client.list(configMaps, { namespace });
      const watch = client.watch(configMaps, {
        namespace,
        labelSelector: 'in=yes',
        resourceVersion,
        onEvent: (event) => void events.push(event as WatchEvent<ConfigMap>),
        onEnd: () => undefined,
      });
      const at = { namespace, name: 'w' };
      await client.create(configMaps, map('w'));
      for (const label of ['yes', 'yes', null])
        await client.patch(configMaps, at, {
          type: 'merge',
          body: { metadata: { labels: { in: label } }, data: { n: `${events.length}` } },
        });
      await until(() => events.some((event) => event.type === 'DELETED'));
      watch.close();
      const shown = events.filter((event) => event.type !== 'BOOKMARK').map((event) => event.type);
      assert.deepEqual([shown[0], shown.at(-1)], ['ADDED', 'DELETED']);
      assert.equal(events.at(-1)?.object.metadata?.labels?.in, 'yes', 'what leaves is shown as it last was');
    });

    it('ends a watch from a revision that never was with 410 or goes on', async () => {
      let ended: ApiError | undefined;
      let over = false;
      const watch = client.watch(configMaps, {
        namespace,
        resourceVersion: 'nonsense',
        onEvent: () => undefined,
        onEnd: (error) => {
          ended = error;
          over = true;
        },
      });
      await until(() => over);
      watch.close();
      assert.equal(ended?.code, 400);
    });

    it('keeps a cache current', async () => {
      await client.create(configMaps, map('before'));
      const cache = client.cache(configMaps, { namespace });
      const changes: CacheChange<ConfigMap>[] = [];
      await cache.synced;
      cache.onChange((change) => void changes.push(change));
      assert.ok(cache.get({ namespace, name: 'before' }));
      await client.create(configMaps, map('during', { v: '1' }));
      await until(() => cache.get({ namespace, name: 'during' }) !== undefined);
      await client.patch(configMaps, { namespace, name: 'during' }, { type: 'merge', body: { data: { v: '2' } } });
      await client.delete(configMaps, { namespace, name: 'during' });
      await until(() => changes.some((change) => change.type === 'deleted'));
      const own = changes.filter((change) => change.object.metadata?.name === 'during');
      assert.deepEqual(
        own.map((change) => change.type),
        ['added', 'modified', 'deleted'],
      );
      assert.equal(own[1]?.previous?.data?.v, '1');
      assert.equal(cache.get({ namespace, name: 'during' }), undefined);
      cache.close();
    });

    it('knows every resource of the server', async () => {
      const resources = await client.resources();
      assert.ok(resources.some((facts) => facts.group === 'apps' && facts.resource === 'deployments'));
    });
  });
}
