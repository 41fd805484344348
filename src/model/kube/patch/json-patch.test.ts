// RFC 6902 and RFC 7386 as tables: patch, object, result or refusal.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyJsonPatch, applyMergePatch, PatchRefused } from '#model/kube/patch';
import { JSON_PATCH_OPERATIONS_MAX } from './limits.ts';

const refusedWith = (code: number) => (error: unknown) => error instanceof PatchRefused && error.code === code;

describe('JSON patch', () => {
  const object = { a: { b: [1, 2, 3], 'x/y': { '~': 1 } }, n: null };
  const cases: [title: string, patch: unknown[], result: unknown][] = [
    ['add a member', [{ op: 'add', path: '/c', value: 1 }], { ...object, c: 1 }],
    ['add into a list', [{ op: 'add', path: '/a/b/1', value: 9 }], { ...object, a: { ...object.a, b: [1, 9, 2, 3] } }],
    ['add to the end', [{ op: 'add', path: '/a/b/-', value: 9 }], { ...object, a: { ...object.a, b: [1, 2, 3, 9] } }],
    ['remove', [{ op: 'remove', path: '/a/b/0' }], { ...object, a: { ...object.a, b: [2, 3] } }],
    ['remove a null', [{ op: 'remove', path: '/n' }], { a: object.a }],
    ['replace', [{ op: 'replace', path: '/a/b', value: 'z' }], { ...object, a: { ...object.a, b: 'z' } }],
    [
      'escapes',
      [{ op: 'replace', path: '/a/x~1y/~0', value: 2 }],
      { ...object, a: { ...object.a, 'x/y': { '~': 2 } } },
    ],
    ['move', [{ op: 'move', from: '/a/b', path: '/b' }], { a: { 'x/y': { '~': 1 } }, b: [1, 2, 3], n: null }],
    ['copy', [{ op: 'copy', from: '/a/b', path: '/b' }], { ...object, b: [1, 2, 3] }],
    ['test that holds', [{ op: 'test', path: '/a/b', value: [1, 2, 3] }], object],
    ['test for null of nothing', [{ op: 'test', path: '/q', value: null }], object],
    ['replace the root', [{ op: 'replace', path: '', value: { r: 1 } }], { r: 1 }],
    [
      'a key called __proto__',
      [{ op: 'add', path: '/__proto__', value: { evil: 1 } }],
      JSON.parse('{"a":{"b":[1,2,3],"x/y":{"~":1}},"n":null,"__proto__":{"evil":1}}'),
    ],
  ];
  for (const [title, patch, result] of cases)
    it(title, () => {
      const before = structuredClone(object);
      assert.deepEqual(applyJsonPatch(object, patch), result);
      assert.deepEqual(object, before);
    });

  const refusals: [title: string, patch: unknown, code: number][] = [
    ['no list', { op: 'add' }, 400],
    ['no path', [{ op: 'add', value: 1 }], 400],
    ['a path that is no pointer', [{ op: 'add', path: 'a', value: 1 }], 400],
    ['unknown operation', [{ op: 'sing', path: '/a' }], 422],
    ['remove what is not there', [{ op: 'remove', path: '/zz' }], 422],
    ['replace what is not there', [{ op: 'replace', path: '/a/zz', value: 1 }], 422],
    ['add below nothing', [{ op: 'add', path: '/q/r', value: 1 }], 422],
    ['index beyond the end', [{ op: 'add', path: '/a/b/7', value: 1 }], 422],
    ['index that is no number', [{ op: 'add', path: '/a/b/01', value: 1 }], 422],
    ['move into itself', [{ op: 'move', from: '/a', path: '/a/b/c' }], 422],
    ['test that fails', [{ op: 'test', path: '/a/b/0', value: 5 }], 422],
    ['nothing left', [{ op: 'remove', path: '' }], 422],
    ['too many', new Array(JSON_PATCH_OPERATIONS_MAX + 1).fill({ op: 'remove', path: '/a' }), 413],
  ];
  for (const [title, patch, code] of refusals)
    it(`refuses ${title}`, () => assert.throws(() => applyJsonPatch(object, patch), refusedWith(code)));

  it('refuses copies that double the object again and again', () => {
    const doubling = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/a', path: `/a/c${i}` }));
    assert.throws(() => applyJsonPatch({ a: { x: 'y'.repeat(1000) } }, doubling), refusedWith(413));
  });
});

describe('merge patch', () => {
  const cases: [object: unknown, patch: unknown, result: unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [object, patch, result] of cases)
    it(JSON.stringify(patch), () => assert.deepEqual(applyMergePatch(object, patch), result));

  it('refuses what is no object, and nesting without end', () => {
    assert.throws(() => applyMergePatch({}, [1]), refusedWith(400));
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i++) deep = { d: deep };
    assert.throws(() => applyMergePatch({}, deep), refusedWith(400));
  });
});
