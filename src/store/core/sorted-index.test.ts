// The index against a plain sorted list: every operation, at random.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#base';
import type { Entry } from '../contract.ts';
import { SortedIndex } from './sorted-index.ts';

function entry(key: string, revision: number): Entry<null> {
  return { key, revision, bytes: new Uint8Array(), index: null };
}

function sortedKeys(keys: Iterable<string>): string[] {
  return [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

test('the index does what a sorted map does, over many blocks', () => {
  const random = seededRandom(11);
  const index = new SortedIndex<null>();
  const model = new Map<string, number>();
  const alphabet = ['a', 'b', '/', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '~'];
  const key = (): string => Array.from({ length: 1 + random.below(6) }, () => alphabet[random.below(10)]).join('');
  for (let step = 0; step < 20_000; step++) {
    const k = key();
    if (random.below(3) === 0) {
      index.delete(k);
      model.delete(k);
    } else {
      index.set(entry(k, step));
      model.set(k, step);
    }
  }
  assert.equal(index.size, model.size);
  const keys = sortedKeys(model.keys());
  assert.deepEqual(
    index.list('').entries.map((e) => e.key),
    keys,
  );
  for (let step = 0; step < 400; step++) {
    const [prefix, after, limit] = [random.below(4) === 0 ? '' : key(), key(), 1 + random.below(50)];
    const expected = keys.filter((k) => k.startsWith(prefix));
    assert.equal(index.count(prefix), expected.length);
    const rest = expected.filter((k) => Buffer.compare(Buffer.from(k), Buffer.from(after)) > 0);
    const page = index.list(prefix, after, limit);
    assert.deepEqual(
      page.entries.map((e) => e.key),
      rest.slice(0, limit),
    );
    assert.equal(page.remaining, Math.max(0, rest.length - limit));
    assert.equal(index.get(after)?.revision, model.get(after));
  }
});

test('an index built at once equals one that grew', () => {
  const keys = Array.from({ length: 3000 }, (_, i) => `/k/${(i * 7919) % 3000}`);
  const grown = new SortedIndex<null>();
  for (const [i, key] of keys.entries()) grown.set(entry(key, i));
  const built = SortedIndex.of(keys.map((key, i) => entry(key, i)));
  assert.deepEqual(built.list(''), grown.list(''));
  for (const key of keys) built.delete(key);
  assert.deepEqual([built.size, built.list(''), built.get('/k/1')], [0, { entries: [], remaining: 0 }, undefined]);
  built.set(entry('/k/1', 1));
  assert.equal(built.count('/k/'), 1);
});
