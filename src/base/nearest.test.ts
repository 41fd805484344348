// Which known word a mistyped one is taken for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestOf } from './nearest.ts';

test('the nearest word, or none when nothing is near', () => {
  const known = ['image-import', 'image-delete', 'kubectl', 'Connected', 'SemiConnected'];
  assert.equal(nearestOf('image-inport', known), 'image-import');
  assert.equal(nearestOf('image-delet', known), 'image-delete');
  assert.equal(nearestOf('KUBECTL', known), 'kubectl');
  assert.equal(nearestOf('semiconected', known), 'SemiConnected');
  assert.equal(nearestOf('kubeclt', known), 'kubectl');
  assert.equal(nearestOf('zzzz', known), undefined);
  assert.equal(nearestOf('', known), undefined);
  assert.equal(nearestOf('x'.repeat(100_000), known), undefined);
  assert.equal(nearestOf('a', []), undefined);
});
