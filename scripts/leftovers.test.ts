// The search for leftovers must see a leftover.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSince } from './leftovers.ts';

test('what is new is told with its kind, what was there before is not', () => {
  const before = { link: ['lo', 'eth0'], mount: ['/'] };
  assert.deepEqual(newSince(before, { link: ['lo', 'eth0', 'hf0'], mount: ['/', '/tmp/x'] }), [
    'link hf0',
    'mount /tmp/x',
  ]);
  assert.deepEqual(newSince(before, before), []);
});
