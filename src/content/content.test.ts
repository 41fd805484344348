// Blobs go in and out whole, or not at all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { sha256Of } from '#platform/digest';
import { testFolder } from '#platform/process';
import { type Content, openContent } from './index.ts';

let folder = '';
let content: Content;
beforeEach(() => {
  folder = testFolder('content');
  content = openContent(folder);
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
async function text(source: AsyncIterable<Uint8Array>): Promise<string> {
  let all = '';
  for await (const piece of source) all += Buffer.from(piece).toString();
  return all;
}
const fileOf = (digest: string): string => path.join(folder, 'blobs/sha256', digest.slice(7, 9), digest.slice(7));

test('what was written is read, also after opening again, whole and in part', async () => {
  const { digest, bytes } = await content.write(pieces('hello ', 'world'));
  assert.deepEqual([digest, bytes], [sha256Of('hello world'), 11]);
  const again = openContent(folder);
  assert.equal(await text(again.read(digest)), 'hello world');
  assert.equal(await text(again.read(digest, { first: 6, last: 8 })), 'wor');
  assert.deepEqual(again.usage(), { blobs: 1, bytes: 11 });
});

test('an empty blob is a blob', async () => {
  const { digest } = await content.write(pieces());
  assert.equal(await text(content.read(digest)), '');
});

test('bytes of another digest leave nothing', async () => {
  await assert.rejects(content.write(pieces('x'), sha256Of('y')), { code: 'Invalid' });
  assert.deepEqual([content.usage().blobs, content.uploadIds()], [0, []]);
});

test('a source that breaks leaves nothing', async () => {
  const broken = (async function* () {
    yield Buffer.from('half');
    throw new Error('cut');
  })();
  await assert.rejects(content.write(broken), /cut/);
  assert.deepEqual(content.uploadIds(), []);
});

test('a damaged blob is never served whole: it is set aside and gone', async () => {
  const { digest } = await content.write(pieces('precious'));
  fs.writeFileSync(fileOf(digest), 'pretious');
  await assert.rejects(text(content.read(digest)), { code: 'Corrupt' });
  assert.equal(content.size(digest), undefined);
  assert.equal(fs.readdirSync(path.join(folder, 'damaged')).length, 1);
});

test('an upload in pieces goes on after opening again, and commits only under its own digest', async () => {
  await content.upload('u1').append(pieces('one '));
  const again = openContent(folder);
  assert.equal(again.upload('u1').bytes, 4);
  await again.upload('u1').append(pieces('two'));
  await assert.rejects(again.upload('u1').commit(sha256Of('other')), { code: 'Invalid' });
  await again.upload('u1').commit(sha256Of('one two'));
  assert.equal(await text(again.read(sha256Of('one two'))), 'one two');
  assert.equal(again.upload('u1').bytes, undefined);
});

test('a sweep keeps what is kept and what is young', async () => {
  const kept = await content.write(pieces('kept'));
  const old = await content.write(pieces('old'));
  const young = await content.write(pieces('young'));
  for (const { digest } of [kept, old]) fs.utimesSync(fileOf(digest), 1, 1);
  assert.equal(content.sweep(new Set([kept.digest]), 10_000), 3);
  assert.deepEqual(
    [kept, old, young].map(({ digest }) => content.size(digest)),
    [4, undefined, 5],
  );
});
