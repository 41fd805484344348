// Sealing: what went in comes out, for whom it was sealed and with its key only.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorldError } from '#base';
import { isSealed, newSealSecret, type SealKeys, seal, sealedWith, unseal } from './index.ts';

const first = { id: 1, secret: newSealSecret() };
const second = { id: 2, secret: newSealSecret() };
const keys: SealKeys = [first];
const plain = Buffer.from('{"data":{"password":"aHVudGVyMg=="}}');
const code = (expected: string) => (error: WorldError) => error.code === expected;

test('what was sealed comes out again, and shows nothing of itself', () => {
  const sealed = seal(keys, plain, '/secrets/a@7');
  assert.deepEqual(unseal(keys, sealed, '/secrets/a@7'), plain);
  assert.equal(Buffer.from(sealed).includes('password'), false);
  assert.notDeepEqual(seal(keys, plain, '/secrets/a@7'), sealed, 'never the same twice');
  assert.deepEqual(unseal(keys, seal(keys, Buffer.alloc(0), 'x'), 'x'), Buffer.alloc(0));
});

test('a key that is no longer the first still opens what it sealed', () => {
  const sealed = seal(keys, plain, 'a');
  assert.equal(sealedWith(sealed), 1);
  assert.equal(sealedWith(seal([second, first], plain, 'a')), 2);
  assert.deepEqual(unseal([second, first], sealed, 'a'), plain);
  assert.throws(() => unseal([second], sealed, 'a'), code('NotFound'));
});

test('every changed byte, and another place, is noticed', () => {
  const sealed = Buffer.from(seal(keys, plain, 'a'));
  assert.throws(() => unseal(keys, sealed, 'b'), code('Corrupt'));
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => unseal(keys, changed, 'a'), code(at < 8 ? 'NotFound' : 'Corrupt'), `byte ${at}`);
  }
  assert.throws(() => unseal(keys, sealed.subarray(0, 35), 'a'), code('NotFound'));
});

test('what is not sealed is told from what is', () => {
  assert.equal(isSealed(plain), false);
  assert.equal(isSealed(Buffer.from('HFS1')), false);
  assert.equal(sealedWith(plain), undefined);
});
