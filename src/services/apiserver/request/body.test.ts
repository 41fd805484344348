// Bodies as values: what is read, and what is refused before it costs more than its size.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBody } from './body.ts';
import { NESTING_MAX, YAML_ALIASES_MAX, YAML_BYTES_MAX } from './limits.ts';

const read = (text: string, mediaType = 'application/yaml') =>
  decodeBody(Buffer.from(text), mediaType, () => undefined);
const json = (text: string) => read(text, 'application/json');
const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

test('YAML has the types of JSON and no others', () => {
  assert.deepEqual(read('a: 2020-01-01T00:00:00Z\nb: 1:30\nc: !!binary aGk=\nd: yes\ne: 0o7\nf: ~\ng: [1, 1.5, "x"]'), {
    a: '2020-01-01T00:00:00Z',
    b: '1:30',
    c: 'aGk=',
    d: true,
    e: '0o7',
    f: null,
    g: [1, 1.5, 'x'],
  });
  assert.deepEqual(read('base: &b {x: 1}\nmore: {<<: *b, z: 2}'), { base: { x: 1 }, more: { x: 1, z: 2 } });
  assert.deepEqual(read(' {"a": [1]}'), { a: [1] });
  assert.deepEqual(read('{a: 1}'), { a: 1 });
});

test('bodies that cannot be read are refused with the reason', () => {
  const refused = (text: string, words: RegExp) =>
    assert.throws(() => read(text), { name: 'ApiError', code: 400, message: words });
  refused('a: [1,\nb: }', /error converting YAML to JSON/);
  refused('a: 1\n---\nb: 2', /multiple documents/);
  refused('a: 1\na: 2', /key "a" already set in map/);
  refused(`a: &x 1\nb: [${'*x,'.repeat(YAML_ALIASES_MAX + 1)}]`, /aliases/);
  assert.throws(() => json('{"a":'), { code: 400, message: /json parse error/ });
  assert.throws(() => read('a: b', 'text/html'), { code: 415 });
  assert.throws(() => read(`a: ${'x'.repeat(YAML_BYTES_MAX)}`), { code: 413 });
});

test('nesting is bounded in every form, and brackets in texts do not count', () => {
  for (const form of [json, read]) {
    assert.ok(form(nested(NESTING_MAX)));
    assert.throws(() => form(nested(NESTING_MAX + 1)), { code: 400, message: /nests deeper than/ });
    assert.throws(() => form('['.repeat(1 << 20)), { code: 400, message: /nests deeper than/ });
    assert.ok(form(JSON.stringify({ a: `\\"${'[{'.repeat(NESTING_MAX)}`, b: '"' })));
  }
  assert.throws(() => read('- '.repeat(NESTING_MAX + 1)), { code: 400 });
});

test('a body of many keys is read in time that grows with its size', () => {
  const text = Array.from({ length: 50_000 }, (_, i) => `k${i}: b\n`).join('');
  assert.equal(Object.keys(read(text) as object).length, 50_000);
});

test('keys that mean something to JavaScript are keys like others', () => {
  for (const form of [json, read]) {
    const value = form('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}') as object;
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  }
});
