// Server-side apply: what is merged, removed, owned, refused.
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { KubeObject, TypeSchema, ValueSchema } from '#model/kube';
import {
  type ApplyServerSide,
  applyServerSide,
  conflictRefused,
  PatchRefused,
  resetFieldsOf,
  trackUpdate,
} from '#model/kube/patch';

const NOW = Date.UTC(2026, 0, 1);
const leaf = {};
type Loose = KubeObject & { data?: Record<string, string>; spec?: Record<string, unknown> };

const configMap = (data: object, metadata: object = {}): Loose =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', ...metadata }, data }) as Loose;
const deployment = (spec: object, metadata: object = {}): Loose =>
  ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'c', ...metadata }, spec }) as Loose;
const containers = (...list: object[]) => ({ template: { spec: { containers: list } } });

function apply(request: Partial<ApplyServerSide> & { applied: KubeObject }): Loose {
  const type = request.applied.kind === 'ConfigMap' ? 'core.v1.ConfigMap' : 'apps.v1.Deployment';
  const result = applyServerSide({ manager: 'a', type, now: NOW, ...request });
  if ('conflicts' in result) throw conflictRefused(result.conflicts);
  return result.object as Loose;
}
const fieldsOf = (object: KubeObject, manager: string, operation = 'Apply'): unknown =>
  object.metadata?.managedFields?.find((e) => e.manager === manager && e.operation === operation)?.fieldsV1;
const refusedWith = (code: number, message: RegExp | string) => (error: unknown) =>
  error instanceof PatchRefused &&
  error.code === code &&
  (typeof message === 'string' ? error.message === message : message.test(error.message));

describe('apply', () => {
  it('creates, and owns its leaves, its items, its entries', () => {
    const made = apply({
      applied: deployment({ replicas: 1, ...containers({ name: 'w', image: 'i' }) }, { labels: { l: '1' } }),
    });
    assert.deepEqual(fieldsOf(made, 'a'), {
      'f:metadata': { 'f:labels': { 'f:l': leaf } },
      'f:spec': {
        'f:replicas': leaf,
        'f:template': {
          'f:spec': { 'f:containers': { 'k:{"name":"w"}': { '.': leaf, 'f:name': leaf, 'f:image': leaf } } },
        },
      },
    });
  });

  it('removes what it alone wanted and no longer wants', () => {
    const live = apply({ applied: configMap({ k: '1', l: '2' }) });
    const after = apply({ live, applied: configMap({ k: '1' }) });
    assert.deepEqual(after.data, { k: '1' });
    assert.deepEqual(fieldsOf(after, 'a'), { 'f:data': { 'f:k': leaf } });
    assert.equal(
      apply({ live: after, applied: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } } }).data,
      undefined,
    );
  });

  it('keeps what another applier wants, and what nobody owned', () => {
    const first = apply({ applied: configMap({ k: '1', l: '2' }) });
    const both = apply({ live: first, applied: configMap({ l: '2' }), manager: 'b' });
    const after = apply({ live: both, applied: configMap({}) });
    assert.deepEqual(after.data, { l: '2' });
    const other = { ...first, data: { ...first.data, free: 'x' } };
    assert.deepEqual(apply({ live: other, applied: configMap({}) }).data, { free: 'x' });
  });

  it('keeps what an updater changed or added beside it', () => {
    const live = apply({ applied: deployment({ strategy: { type: 'RollingUpdate' }, replicas: 1 }) });
    const updated = {
      ...live,
      spec: { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } } },
    };
    const scaled = trackUpdate({ live, updated, manager: 'u', type: 'apps.v1.Deployment', now: NOW });
    const after = apply({ live: scaled, applied: deployment({}) });
    assert.deepEqual(after.spec, { strategy: { rollingUpdate: { maxSurge: 2 } } });
  });

  it('removes an item with what defaulting put into it, and a struct that it filled', () => {
    const live = apply({ applied: deployment(containers({ name: 'w', image: 'i' }, { name: 'x', image: 'j' })) });
    const defaulted = structuredClone(live) as unknown as {
      spec: { template: { spec: { containers: { tty?: boolean }[] } } };
    };
    for (const container of defaulted.spec.template.spec.containers) container.tty = false;
    const after = apply({
      live: defaulted as unknown as Loose,
      applied: deployment(containers({ name: 'x', image: 'j' })),
    });
    assert.deepEqual(after.spec, containers({ name: 'x', image: 'j', tty: false }));
    const surge = apply({ applied: deployment({ strategy: { rollingUpdate: { maxSurge: 1 } } }) });
    const plain = apply({
      live: {
        ...surge,
        spec: { ...surge.spec, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
      } as Loose,
      applied: deployment({ replicas: 1 }),
    });
    assert.deepEqual(plain.spec, { replicas: 1 });
  });

  it('orders items as the configuration, others where they were', () => {
    const live = apply({ applied: deployment(containers({ name: 'a' }, { name: 'b' }, { name: 'c' })), manager: 'x' });
    const after = apply({ live, applied: deployment(containers({ name: 'c' }, { name: 'n' }, { name: 'a' })) });
    const { template } = after.spec as { template: { spec: { containers: { name: string }[] } } };
    assert.deepEqual(
      template.spec.containers.map((container) => container.name),
      ['b', 'c', 'n', 'a'],
    );
  });

  it('merges items by all their keys, defaulted ones included', () => {
    const service = (ports: object[]) =>
      ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports } }) as Loose;
    const type = 'core.v1.Service';
    const live = apply({ applied: service([{ port: 80, protocol: 'TCP', name: 'w' }]), manager: 'x', type });
    const after = apply({
      live,
      applied: service([
        { port: 80, targetPort: 81 },
        { port: 80, protocol: 'UDP' },
      ]),
      type,
    });
    assert.deepEqual(after.spec, {
      ports: [
        { port: 80, protocol: 'TCP', name: 'w', targetPort: 81 },
        { port: 80, protocol: 'UDP' },
      ],
    });
  });

  it('unites sets, and takes out of them what it put in', () => {
    const live = apply({ applied: configMap({}, { finalizers: ['x/a', 'x/b'] }), manager: 'x' });
    const both = apply({ live, applied: configMap({}, { finalizers: ['y/c', 'x/a'] }) });
    assert.deepEqual(both.metadata?.finalizers, ['y/c', 'x/a', 'x/b']);
    assert.deepEqual(apply({ live: both, applied: configMap({}) }).metadata?.finalizers, ['x/a', 'x/b']);
  });

  it('neither owns nor removes what the endpoint resets', () => {
    const resetFields = resetFieldsOf({ subresources: [{ name: 'status', kind: 'Deployment', verbs: [] }] }, '');
    const applied = { ...deployment({ replicas: 1 }), status: { replicas: 1 } } as Loose;
    const made = apply({ applied, resetFields });
    assert.deepEqual(fieldsOf(made, 'a'), { 'f:spec': { 'f:replicas': leaf } });
    const again = apply({ live: made, applied: deployment({ replicas: 1 }), resetFields });
    assert.deepEqual(again, made);
  });

  it('does the same again without a trace', () => {
    const applied = deployment({ replicas: 1, ...containers({ name: 'w' }) });
    const live = apply({ applied });
    assert.deepEqual(apply({ live, applied, now: NOW + 60_000 }), live);
  });
});

describe('conflicts', () => {
  const live = trackUpdate({
    updated: deployment({ replicas: 1, paused: false, ...containers({ name: 'w', image: 'i' }) }),
    manager: 'kubectl',
    type: 'apps.v1.Deployment',
    now: NOW,
  });

  it('names the owner and the field', () => {
    assert.throws(
      () => apply({ live, applied: deployment({ replicas: 2 }) }),
      refusedWith(409, 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas'),
    );
    assert.throws(
      () => apply({ live, applied: deployment({ replicas: 2, ...containers({ name: 'w', image: 'j' }) }) }),
      (error) => {
        assert.ok(error instanceof PatchRefused);
        assert.equal(
          error.message,
          'Apply failed with 2 conflicts: conflicts with "kubectl" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name="w"].image',
        );
        assert.deepEqual(error.causes[0], {
          type: 'FieldManagerConflict',
          message: 'conflict with "kubectl" using apps/v1',
          field: '.spec.replicas',
        });
        return true;
      },
    );
    const status = {
      ...live,
      metadata: {
        ...live.metadata,
        managedFields: live.metadata?.managedFields?.map((e) => ({ ...e, subresource: 'scale' })),
      },
    };
    assert.throws(
      () => apply({ live: status, applied: deployment({ replicas: 2 }) }),
      refusedWith(
        409,
        'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
      ),
    );
  });

  it('an applier is named without a version', () => {
    const owned = apply({ applied: configMap({ k: '1' }), manager: 'x' });
    assert.throws(
      () => apply({ live: owned, applied: configMap({ k: '2' }) }),
      refusedWith(409, 'Apply failed with 1 conflict: conflict with "x": .data.k'),
    );
  });

  it('force takes the field over', () => {
    const after = apply({ live, applied: deployment({ replicas: 2 }), force: true });
    assert.equal(after.spec?.replicas, 2);
    assert.equal(
      (fieldsOf(after, 'kubectl', 'Update') as { 'f:spec': object })['f:spec' as never]['f:replicas'],
      undefined,
    );
  });

  it('an equal value is owned together', () => {
    const after = apply({ live, applied: deployment({ replicas: 1 }) });
    assert.deepEqual(fieldsOf(after, 'a'), { 'f:spec': { 'f:replicas': leaf } });
    assert.ok(
      (fieldsOf(after, 'kubectl', 'Update') as Record<string, Record<string, unknown>>)['f:spec']?.['f:replicas'],
    );
  });

  it('an object that was never tracked belongs to before-first-apply', () => {
    assert.throws(
      () => apply({ live: configMap({ k: '1' }, { uid: 'u' }), applied: configMap({ k: '2' }) }),
      refusedWith(409, 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k'),
    );
  });

  it('kubectl does not conflict with what it applied on its own side before', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const annotations = { [annotation]: JSON.stringify(configMap({ k: '1' })) };
    const before = trackUpdate({
      updated: configMap({ k: '1' }, { annotations }),
      manager: 'kubectl-client-side-apply',
      type: 'core.v1.ConfigMap',
      now: NOW,
    });
    assert.throws(
      () => apply({ live: before, applied: configMap({ k: '2' }) }),
      refusedWith(409, /kubectl-client-side-apply/),
    );
    const after = apply({ live: before, applied: configMap({ k: '2' }), manager: 'kubectl' });
    assert.equal(JSON.parse(after.metadata?.annotations?.[annotation] ?? '').data.k, '2');
  });
});

describe('custom resources', () => {
  const any = { kind: 'any' } as const;
  const field = (name: string, value: ValueSchema) => ({
    name,
    value,
    required: false,
    atomic: false,
    patchStrategy: [],
  });
  const spec: TypeSchema = {
    name: 'spec of X',
    fields: new Map([
      ['free', field('free', any)],
      ['size', field('size', { kind: 'scalar', scalar: 'int64' })],
    ]),
    required: [],
    atomic: false,
  };
  const type: TypeSchema = {
    name: 'X',
    fields: new Map([['spec', field('spec', { kind: 'object', type: spec })]]),
    required: [],
    atomic: false,
  };
  const custom = (value: object) => ({ apiVersion: 'x/v1', kind: 'X', metadata: { name: 'x' }, spec: value }) as Loose;

  it('own free JSON by part and keep what their schema does not name', () => {
    const live = apply({ applied: custom({ free: { a: 1 }, size: 1, more: 1 }), manager: 'x', type });
    const after = apply({ live, applied: custom({ free: { b: [1] } }), type });
    assert.deepEqual(after.spec, { free: { a: 1, b: [1] }, size: 1, more: 1 });
    assert.deepEqual(fieldsOf(after, 'a'), { 'f:spec': { 'f:free': { 'f:b': leaf } } });
    assert.throws(
      () => apply({ live, applied: custom({ size: 'x' }), type }),
      refusedWith(400, /\.spec\.size: expected numeric/),
    );
  });
});

test('the claim of a volume is owned part by part, though references are wholes elsewhere', () => {
  const volume = (claimRef: object) =>
    ({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: { claimRef } }) as Loose;
  const type = 'core.v1.PersistentVolume';
  const live = apply({ applied: volume({ name: 'c', namespace: 'n' }), manager: 'a', type });
  const after = apply({ live, applied: volume({ uid: 'u' }), manager: 'b', type });
  assert.deepEqual(after.spec, { claimRef: { name: 'c', namespace: 'n', uid: 'u' } });
});

describe('configurations that make no sense', () => {
  const cases: [title: string, applied: Loose, message: RegExp][] = [
    ['another version', { ...configMap({}), apiVersion: 'v2' }, /Incorrect version specified/],
    ['with managedFields', configMap({}, { managedFields: [{}] }), /metadata.managedFields must be nil/],
    [
      'with an unknown field',
      { ...configMap({}), dada: 1 } as Loose,
      /failed to create typed patch object .*\.dada: field not declared in schema/,
    ],
    ['with a wrong form', configMap({ k: 7 }), /\.data\.k: expected string, got number/],
    ['with duplicate items', configMap({}, { finalizers: ['a', 'a'] }), /duplicate entries for key \[="a"\]/],
  ];
  const live = apply({ applied: configMap({ k: '1' }) });
  for (const [title, applied, message] of cases)
    it(title, () =>
      assert.throws(() => apply({ live, applied, type: 'core.v1.ConfigMap' }), refusedWith(400, message)),
    );
});
