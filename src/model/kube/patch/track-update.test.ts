// Ownership through create and update, as tables and as sequences.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject, ManagedFieldsEntry } from '#model/kube';
import { fieldManagerName, type TrackUpdate, trackUpdate } from '#model/kube/patch';

const NOW = Date.UTC(2026, 0, 1);
const CONFIG_MAP = 'core.v1.ConfigMap';
type Loose = KubeObject & Record<string, unknown>;

const configMap = (data: object, metadata: object = {}): Loose => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'd', uid: 'u', resourceVersion: '7', ...metadata },
  data,
});
const track = (write: Partial<TrackUpdate> & { updated: Loose }): Loose =>
  trackUpdate({ manager: 'a', type: CONFIG_MAP, now: NOW, ...write }) as Loose;
const entries = (object: KubeObject): ManagedFieldsEntry[] => object.metadata?.managedFields ?? [];
const fieldsOf = (object: KubeObject, manager: string, subresource?: string): unknown =>
  entries(object).find((entry) => entry.manager === manager && entry.subresource === subresource)?.fieldsV1;
const leaf = {};

describe('ownership of what is created', () => {
  it('owns what is written, never identity', () => {
    const created = track({ updated: configMap({ k: 'v' }, { labels: { l: '1' }, finalizers: ['x/y'] }) });
    assert.deepEqual(entries(created), [
      {
        manager: 'a',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': leaf, 'f:l': leaf }, 'f:finalizers': { '.': leaf, 'v:"x/y"': leaf } },
          'f:data': { '.': leaf, 'f:k': leaf },
        },
      },
    ]);
  });

  it('knows atomic parts, keys with defaults, and structs that are always there', () => {
    const service = track({
      type: 'core.v1.Service',
      updated: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's' },
        spec: { selector: { a: 'b' }, ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] },
        status: { loadBalancer: {} },
      } as Loose,
    });
    assert.deepEqual(fieldsOf(service, 'a'), {
      'f:spec': {
        'f:selector': leaf,
        'f:ports': {
          '.': leaf,
          'k:{"port":80,"protocol":"TCP"}': { '.': leaf, 'f:port': leaf },
          'k:{"port":53,"protocol":"UDP"}': { '.': leaf, 'f:port': leaf, 'f:protocol': leaf },
        },
      },
    });
  });

  it('owns the parts of optional structs and of items, themselves included', () => {
    const pod = track({
      type: 'core.v1.Pod',
      updated: {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: {
          securityContext: {},
          containers: [{ name: 'a', resources: {}, securityContext: { privileged: true } }],
        },
      } as Loose,
    });
    assert.deepEqual(fieldsOf(pod, 'a'), {
      'f:spec': {
        'f:securityContext': leaf,
        'f:containers': {
          'k:{"name":"a"}': {
            '.': leaf,
            'f:name': leaf,
            'f:resources': leaf,
            'f:securityContext': { '.': leaf, 'f:privileged': leaf },
          },
        },
      },
    });
  });

  it('owns no null where a schema knows the field', () => {
    const template = { metadata: { creationTimestamp: null, labels: { l: '1' } } };
    const updated = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: null, template },
      status: {},
    } as Loose;
    assert.deepEqual(fieldsOf(track({ type: 'apps.v1.Deployment', updated }), 'a'), {
      'f:spec': { 'f:template': { 'f:metadata': { 'f:labels': { '.': leaf, 'f:l': leaf } } } },
    });
  });

  it('deduces the form of kinds without a schema', () => {
    const custom = track({
      type: undefined,
      updated: { apiVersion: 'x/v1', kind: 'X', spec: { a: { b: 1 }, list: [{ c: 1 }], none: {} } } as Loose,
    });
    assert.deepEqual(fieldsOf(custom, 'a'), {
      'f:spec': { '.': leaf, 'f:a': { '.': leaf, 'f:b': leaf }, 'f:list': leaf, 'f:none': leaf },
    });
  });
});

describe('ownership through updates', () => {
  const live = track({ updated: configMap({ k: '1', l: '2' }) });

  it('a changed field moves to who changed it, an equal one stays', () => {
    const after = track({ live, updated: { ...live, data: { k: '1', l: 'new' } }, manager: 'b', now: NOW + 5000 });
    assert.deepEqual(fieldsOf(after, 'a'), { 'f:data': { '.': leaf, 'f:k': leaf } });
    assert.deepEqual(fieldsOf(after, 'b'), { 'f:data': { 'f:l': leaf } });
    assert.deepEqual(
      entries(after).map((entry) => entry.time),
      ['2026-01-01T00:00:00Z', '2026-01-01T00:00:05Z'],
    );
  });

  it('a removed field belongs to nobody, and an owner of nothing is gone', () => {
    const after = track({ live, updated: { ...live, data: undefined }, manager: 'b' });
    assert.equal(after.metadata?.managedFields, undefined);
  });

  it('an identical write changes nothing, not even the time', () => {
    const after = track({ live, updated: structuredClone(live), now: NOW + 60_000 });
    assert.deepEqual(after, live);
  });

  it('the order of keyed items is no change', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'a' }, { name: 'b' }] } } as Loose;
    const first = track({ type: 'core.v1.Pod', updated: pod });
    const turned = { ...first, spec: { containers: [{ name: 'b' }, { name: 'a' }] } };
    assert.deepEqual(
      entries(track({ type: 'core.v1.Pod', live: first, updated: turned, manager: 'b' })),
      entries(first),
    );
  });

  it('the same manager unites its updates, and is another owner on a subresource', () => {
    const more = track({ live, updated: { ...live, data: { k: '1', l: '2', m: '3' } }, now: NOW + 1000 });
    assert.deepEqual(fieldsOf(more, 'a'), { 'f:data': { '.': leaf, 'f:k': leaf, 'f:l': leaf, 'f:m': leaf } });
    const status = track({
      live: more,
      updated: { ...more, status: { x: 1 } },
      type: undefined,
      subresource: 'status',
    });
    assert.deepEqual(fieldsOf(status, 'a', 'status'), { 'f:status': { '.': leaf, 'f:x': leaf } });
  });

  it('fields that the endpoint resets are not tracked', () => {
    const updated = { ...live, data: { k: 'x', l: '2' }, status: { y: 1 } };
    const after = track({ live, updated, manager: 'b', type: undefined, resetFields: [['status']] });
    assert.deepEqual(fieldsOf(after, 'b'), { 'f:data': { 'f:k': leaf } });
  });

  it('keeps at most ten updaters, the oldest merged', () => {
    let object = track({ updated: configMap({}), manager: 'm00' });
    for (let i = 0; i < 15; i++) {
      const updated = { ...object, data: { ...(object.data as object), [`k${i}`]: 'v' } };
      object = track({ live: object, updated, manager: `m${String(i).padStart(2, '0')}`, now: NOW + i * 1000 });
    }
    assert.equal(entries(object).length, 10);
    assert.ok(fieldsOf(object, 'ancient-changes'));
    assert.ok(fieldsOf(object, 'm14'));
    assert.equal(fieldsOf(object, 'm01'), undefined);
  });
});

describe('managedFields in requests', () => {
  const live = track({ updated: configMap({ k: '1' }) });
  const withEntries = (managedFields: unknown): Loose =>
    ({ ...live, metadata: { ...live.metadata, managedFields } }) as Loose;
  const own = entries(live);

  it('an omission and nonsense change nothing', () => {
    for (const managedFields of [undefined, null, [{ manager: 'x' }], [{ ...own[0], fieldsV1: { 'z:q': {} } }]])
      assert.deepEqual(entries(track({ live, updated: withEntries(managedFields), manager: 'b' })), own);
  });

  it('an empty list or one empty entry resets', () => {
    for (const managedFields of [[], [{}]])
      assert.equal(track({ live, updated: withEntries(managedFields) }).metadata?.managedFields, undefined);
  });

  it('a well-formed list is taken, its elements put in one form', () => {
    const changed = [{ ...own[0], manager: 'z', fieldsV1: { 'f:x': { 'k:{ "b":1, "a":2 }': {} } } }];
    assert.deepEqual(fieldsOf(track({ live, updated: withEntries(changed) }), 'z'), {
      'f:x': { 'k:{"a":2,"b":1}': {} },
    });
  });

  it('a subresource takes nothing from the request', () => {
    assert.deepEqual(entries(track({ live, updated: withEntries([]), subresource: 'status' })), own);
  });

  it('an object that is not tracked stays so', () => {
    const untracked = configMap({ k: '1' });
    assert.equal(track({ live: untracked, updated: configMap({ k: '2' }) }).metadata?.managedFields, undefined);
  });
});

describe('name of a field manager', () => {
  const cases: [request: { fieldManager?: string; userAgent?: string }, name: string][] = [
    [{ fieldManager: 'me', userAgent: 'kubectl/v1' }, 'me'],
    [{ userAgent: 'kubectl/v1.36.0 (linux/amd64)' }, 'kubectl'],
    [{ userAgent: 'a\u0007b' }, 'ab'],
    [{ userAgent: 'x'.repeat(500) }, 'x'.repeat(128)],
    [{}, 'unknown'],
  ];
  for (const [request, name] of cases)
    it(JSON.stringify(name).slice(0, 20), () => assert.equal(fieldManagerName(request), name));
});
