// What is left out of the bytes of an object.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeObject } from './encode.ts';

test('lists of metadata that are empty are left out, and the revision stands before all free text', () => {
  const metadata = { labels: {}, annotations: { a: 'b' }, ownerReferences: [], finalizers: [], name: 'x' };
  const bytes = Buffer.from(encodeObject('v1', 'ConfigMap', { metadata }).at(7)).toString();
  assert.equal(
    bytes,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","resourceVersion":"7","annotations":{"a":"b"}}}',
  );
});
