// Laws that hold for whatever appliers and updaters do, over seeded random histories.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Random, seededRandom } from '#base';
import type { KubeObject } from '#model/kube';
import { applyServerSide, trackUpdate } from '#model/kube/patch';
import { compareObjectsOf } from './compare.ts';
import { type FieldSet, isEmptySet, setsEqual } from './field-set.ts';
import { deepDifference, difference, intersection, leaves, union } from './field-set-algebra.ts';
import { readOwnerships } from './managed-fields.ts';
import { fieldsOf } from './owned-fields.ts';
import { rootShape } from './shape.ts';
import type { TypeReference } from './type-reference.ts';

const START = Date.UTC(2026, 0, 1);
const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)] as T;
const some = <T>(random: Random, list: readonly T[]): T[] => list.filter(() => random.below(2) === 0);

function randomContainer(random: Random, name: string): object {
  return {
    name,
    ...(random.below(2) ? { image: pick(random, ['x', 'y']) } : {}),
    ...(random.below(3) ? {} : { args: some(random, ['1', '2']) }),
    ...(random.below(3) ? {} : { ports: some(random, [80, 81]).map((containerPort) => ({ containerPort })) }),
    ...(random.below(3) ? {} : { securityContext: { privileged: random.below(2) === 0 } }),
  };
}

function randomObject(random: Random): KubeObject {
  const labels = Object.fromEntries(some(random, ['l', 'm', 'n']).map((key) => [key, pick(random, ['1', '2'])]));
  const names = some(random, ['a', 'b', 'c']);
  if (random.below(2)) names.reverse();
  const strategy = random.below(2)
    ? { type: 'RollingUpdate', rollingUpdate: { maxSurge: random.below(2) } }
    : { type: 'Recreate' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'x',
      ...(random.below(2) ? { labels } : {}),
      ...(random.below(3) ? {} : { finalizers: some(random, ['x/1', 'x/2']) }),
    },
    spec: {
      ...(random.below(2) ? { replicas: random.below(3) } : {}),
      ...(random.below(2) ? { strategy } : {}),
      template: { spec: { containers: names.map((name) => randomContainer(random, name)) } },
    },
  } as KubeObject;
}

const owners = (object: KubeObject) => readOwnerships(object.metadata?.managedFields, { trusted: true }) ?? [];

/** Every field that is owned exists in the object. */
function checkOwned(object: KubeObject, type: TypeReference, title: string): void {
  const shape = rootShape(type);
  const present = union(fieldsOf(object, shape, 'declared'), fieldsOf(object, shape, 'added'));
  for (const owner of owners(object)) {
    // Lists and maps that others emptied may stay owned as containers.
    const missing = leaves(difference(owner.fields, present));
    assert.ok(
      onlyContainers(missing),
      `${title}: ${owner.manager} owns ${JSON.stringify(missing)}, which is not there`,
    );
  }
}

const CONTAINERS = new Set([
  'f:labels',
  'f:finalizers',
  'f:ports',
  'f:containers',
  'f:securityContext',
  'f:args',
  'f:rollingUpdate',
]);
function onlyContainers(set: FieldSet): boolean {
  return Object.entries(set).every(([key, node]) => (isEmptySet(node) ? CONTAINERS.has(key) : onlyContainers(node)));
}

function history(seed: number, type: TypeReference): void {
  const random = seededRandom(seed);
  let live: KubeObject | undefined;
  for (let step = 0; step < 12; step++) {
    const title = `seed ${seed} step ${step}`;
    const now = START + step * 1000;
    const manager = pick(random, ['a', 'b', 'c']);
    const next = randomObject(random);
    if (random.below(3) === 0) {
      const updated = { ...next, metadata: { ...next.metadata, managedFields: live?.metadata?.managedFields } };
      live = trackUpdate({ live, updated, manager, type, now });
      assert.deepEqual(
        trackUpdate({ live, updated: structuredClone(live), manager: 'z', type, now: now + 1 }),
        live,
        title,
      );
      checkOwned(live, type, title);
      continue;
    }
    const request = { live, applied: next, manager, type };
    const gentle = applyServerSide({ ...request, now });
    const forced = applyServerSide({ ...request, now, force: true });
    assert.ok('object' in forced, title);
    if ('object' in gentle) assert.deepEqual(gentle, forced, `${title}: without conflicts force changes nothing`);
    const after = forced.object;
    // What is applied is in the result, as applied.
    const shape = rootShape(type);
    const wanted = fieldsOf(next, shape, 'declared');
    const lost = compareObjectsOf(after, applyOver(after, next, type), shape);
    assert.equal(lost, undefined, `${title}: the result holds the configuration`);
    // The manager owns exactly what it applied.
    const own = owners(after).find((owner) => owner.operation === 'Apply' && owner.manager === manager);
    assert.ok(setsEqual(own?.fields ?? {}, wanted), `${title}: owns what it applied`);
    // Applying again changes nothing, whoever is asked for the time.
    const again = applyServerSide({ live: after, applied: next, manager, type, now: now + 999_999 });
    assert.deepEqual(again, { object: after }, `${title}: idempotent`);
    checkOwned(after, type, title);
    live = after;
  }
}

function applyOver(object: KubeObject, applied: KubeObject, type: TypeReference): KubeObject {
  const result = applyServerSide({ live: object, applied, manager: 'observer', type, now: START, force: true });
  assert.ok('object' in result);
  return result.object;
}

describe('histories of appliers and updaters', () => {
  for (const [title, type] of [
    ['with a schema', 'apps.v1.Deployment'],
    ['with a deduced form', undefined],
  ] as const)
    it(title, () => {
      for (let seed = 1; seed <= 300; seed++) history(seed, type);
    });
});

describe('algebra of field sets', () => {
  it('holds the laws of sets', () => {
    const shape = rootShape('apps.v1.Deployment');
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const a = fieldsOf(randomObject(random), shape, 'added');
      const b = fieldsOf(randomObject(random), shape, 'declared');
      const equal = (x: FieldSet, y: FieldSet, law: string) => assert.ok(setsEqual(x, y), `seed ${seed}: ${law}`);
      equal(union(a, b), union(b, a), 'union commutes');
      equal(intersection(a, b), intersection(b, a), 'intersection commutes');
      equal(union(a, a), a, 'union is idempotent');
      equal(intersection(a, a), a, 'intersection is idempotent');
      equal(difference(a, a), {}, 'a set without itself is empty');
      equal(union(difference(a, b), intersection(a, b)), a, 'what is and what is not in b make a');
      equal(intersection(difference(a, b), b), {}, 'the difference is disjoint');
      equal(difference(deepDifference(a, b), difference(a, b)), {}, 'the deep difference is smaller');
      equal(difference(leaves(a), a), {}, 'leaves are members');
    }
  });
});
