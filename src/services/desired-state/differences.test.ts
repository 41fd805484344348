// Paths of what differs, as people read them; and what a report tells when there is too much.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ReportedObject } from '#model/link';
import { differences, pathsText } from './differences.ts';
import { reportOf } from './report.ts';

const containers = (...names: [string, string][]) => ({
  spec: { containers: names.map(([name, image]) => ({ name, image })) },
});

for (const [what, one, other, paths, replaced] of [
  ['nothing', { a: { b: 1 } }, { a: { b: 1 } }, [], []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b'], ['a.b']],
  ['what is added', { a: {} }, { a: { b: 2 } }, ['a.b'], []],
  ['what is taken away', { a: { b: 2 } }, { a: {} }, ['a.b'], ['a.b']],
  [
    'elements by name',
    containers(['x', '1'], ['y', '1']),
    containers(['y', '2'], ['x', '1']),
    ['spec.containers[y].image'],
    ['spec.containers[y].image'],
  ],
  ['an element more', containers(['x', '1']), containers(['x', '1'], ['y', '2']), ['spec.containers[y]'], []],
  ['elements by place', { args: ['a', 'b'] }, { args: ['a', 'c'] }, ['args[1]'], ['args[1]']],
  ['lists of other lengths', { args: ['a'] }, { args: ['a', 'c'] }, ['args'], ['args']],
  ['keys with dots', { labels: {} }, { labels: { 'a.b/c': '1' } }, ['labels[a.b/c]'], []],
  [
    'what the server keeps, and status',
    { metadata: { uid: 'a', managedFields: [] }, status: 1 },
    { metadata: { uid: 'b' } },
    [],
    [],
  ],
] as const)
  it(`tells ${what}`, () => assert.deepEqual(differences(one, other), { paths, replaced }));

it('names a dozen paths, and how many there are more', () => {
  const many = Array.from({ length: 20 }, (_, i) => `p${i}`);
  assert.match(pathsText(many), /^p0, .*, p11 and 8 more$/);
});

it('reports the gravest first, at most 500 of 512 characters, and counts the rest', () => {
  const of = (state: ReportedObject['state'], i: number): ReportedObject => ({
    object: `${state}-${i}`,
    state,
    message: 'x'.repeat(600),
  });
  const all = [...Array.from({ length: 499 }, (_, i) => of('drifted', i)), of('failed', 0), of('differs', 0)];
  const report = reportOf(4, [...all, { object: 'fine', state: 'applied' }], false);
  assert.deepEqual(
    report.objects.slice(0, 2).map(({ object }) => object),
    ['failed-0', 'differs-0'],
  );
  assert.deepEqual(
    [report.objects.length, report.more, report.counts],
    [500, 1, { drifted: 499, failed: 1, differs: 1, applied: 1 }],
  );
  assert.equal(report.objects[0]?.message?.length, 512);
});
