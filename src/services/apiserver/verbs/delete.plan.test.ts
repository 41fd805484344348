// What a deletion does, by kind and option.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject, Namespace, Pod } from '#model/kube';
import { makeResourceRegistry } from '../objects/resource-registry.ts';
import type { ServedResource } from '../objects/served-resource.ts';
import { type DeleteCallOptions, goesWithLastFinalizer, planDelete } from './delete.plan.ts';

const NOW = Date.UTC(2026, 0, 1);
const registry = makeResourceRegistry();

function served(group: string, resource: string): ServedResource {
  const found = registry.find(group, 'v1', resource);
  assert.ok(found);
  return found;
}

const pods = served('', 'pods');
const configMaps = served('', 'configmaps');
const jobs = served('batch', 'jobs');
const namespaces = served('', 'namespaces');
const plan = (of: ServedResource, object: KubeObject, options: DeleteCallOptions = {}) =>
  planDelete(of, object, options, NOW);

function pod(more: { nodeName?: string; phase?: string; grace?: number; meta?: KubeObject['metadata'] } = {}): Pod {
  return {
    metadata: { name: 'p', uid: 'u', resourceVersion: '7', generation: 1, ...more.meta },
    spec: { containers: [], nodeName: more.nodeName, terminationGracePeriodSeconds: more.grace },
    status: { phase: more.phase ?? 'Running' },
  };
}

describe('delete plan of pods', () => {
  it('removes at once what no node runs', () => {
    assert.equal(plan(pods, pod()).kind, 'remove');
    assert.equal(plan(pods, pod({ nodeName: 'n', phase: 'Succeeded' })).kind, 'remove');
  });

  it('gives a running pod its grace', () => {
    const marked = plan(pods, pod({ nodeName: 'n', grace: 12 }));
    assert.equal(marked.kind, 'mark');
    const meta = marked.kind === 'mark' ? marked.object.metadata : undefined;
    assert.equal(meta?.deletionGracePeriodSeconds, 12);
    assert.equal(meta?.deletionTimestamp, '2026-01-01T00:00:12Z');
    assert.equal(meta?.generation, 2);
  });

  it('removes at grace 0, and lets grace only shrink', () => {
    const going = pod({
      nodeName: 'n',
      meta: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 },
    });
    assert.equal(plan(pods, pod({ nodeName: 'n' }), { gracePeriodSeconds: 0 }).kind, 'remove');
    assert.equal(plan(pods, going, { gracePeriodSeconds: 0 }).kind, 'remove');
    assert.equal(plan(pods, going, { gracePeriodSeconds: 60 }).kind, 'pending');
    assert.equal(plan(pods, going).kind, 'pending');
    const shorter = plan(pods, going, { gracePeriodSeconds: 5 });
    assert.equal(shorter.kind === 'mark' && shorter.object.metadata?.deletionTimestamp, '2026-01-01T00:00:05Z');
  });

  it('keeps a pod with a finalizer until that is gone', () => {
    const held = plan(pods, pod({ meta: { finalizers: ['x/y'] } }), { gracePeriodSeconds: 0 });
    assert.equal(held.kind, 'mark');
    const freed = held.kind === 'mark' ? { ...held.object, metadata: { ...held.object.metadata, finalizers: [] } } : {};
    assert.equal(goesWithLastFinalizer(pods, freed), true);
  });
});

describe('delete plan of other kinds', () => {
  const map = { metadata: { name: 'm', uid: 'u', resourceVersion: '7' } };

  it('removes at once what nothing holds', () => {
    assert.equal(plan(configMaps, map).kind, 'remove');
  });

  it('puts the finalizer of its policy on the object', () => {
    const finalizers = (of: ServedResource, options: DeleteCallOptions): readonly string[] | undefined => {
      const decided = plan(of, map, options);
      return decided.kind === 'mark' ? decided.object.metadata?.finalizers : undefined;
    };
    assert.deepEqual(finalizers(configMaps, { propagationPolicy: 'Foreground' }), ['foregroundDeletion']);
    assert.deepEqual(finalizers(configMaps, { propagationPolicy: 'Orphan' }), ['orphan']);
    assert.equal(finalizers(configMaps, { propagationPolicy: 'Background' }), undefined);
    assert.deepEqual(finalizers(jobs, {}), ['orphan'], 'jobs leave their pods unless told otherwise');
  });

  it('does not mark twice', () => {
    const marked = {
      metadata: { ...map.metadata, finalizers: ['a/b'], deletionTimestamp: 't', deletionGracePeriodSeconds: 0 },
    };
    assert.equal(plan(configMaps, marked).kind, 'pending');
  });

  it('holds to preconditions', () => {
    const conflict = (error: unknown): boolean => (error as { code?: number }).code === 409;
    assert.throws(() => plan(configMaps, map, { preconditions: { uid: 'other' } }), conflict);
    assert.throws(() => plan(configMaps, map, { preconditions: { resourceVersion: '8' } }), conflict);
    assert.equal(plan(configMaps, map, { preconditions: { uid: 'u', resourceVersion: '7' } }).kind, 'remove');
  });

  it('keeps a namespace until its content is gone', () => {
    const namespace: Namespace = {
      metadata: { name: 'a' },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    };
    const marked = plan(namespaces, namespace);
    assert.equal(marked.kind, 'mark');
    const going = (marked.kind === 'mark' ? marked.object : {}) as Namespace;
    assert.equal(going.status?.phase, 'Terminating');
    assert.equal(goesWithLastFinalizer(namespaces, going), false);
    assert.equal(goesWithLastFinalizer(namespaces, { ...going, spec: {} } as Namespace), true);
    assert.equal(plan(namespaces, going).kind, 'pending');
  });
});
