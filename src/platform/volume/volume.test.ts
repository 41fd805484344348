// Files of volumes: changed as a whole, never outside.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { testFolder } from '#platform/process';
import { giveToGroup, openInside, usedBytesBelow, writePayload } from './index.ts';

let folder = '';
beforeEach(() => {
  folder = testFolder('volume');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const files = (entries: Record<string, string>, mode = 0o644) =>
  new Map(Object.entries(entries).map(([name, text]) => [name, { data: Buffer.from(text), mode }]));

test('a payload changes as a whole and only when it differs', () => {
  assert.equal(writePayload(folder, files({ a: '1', 'deep/b': '2' })), true);
  assert.equal(fs.readFileSync(`${folder}/deep/b`, 'utf8'), '2');
  assert.equal(fs.readlinkSync(`${folder}/a`), '..data/a');
  const before = fs.readlinkSync(`${folder}/..data`);
  assert.equal(writePayload(folder, files({ a: '1', 'deep/b': '2' })), false);
  assert.equal(fs.readlinkSync(`${folder}/..data`), before);
  assert.equal(writePayload(folder, files({ a: '3' }, 0o400), { groupId: 7 }), true);
  assert.equal(fs.readFileSync(`${folder}/a`, 'utf8'), '3');
  assert.equal(fs.statSync(`${folder}/a`).mode & 0o777, 0o400);
  assert.equal(fs.statSync(`${folder}/a`).gid, 7);
  assert.ok(!fs.existsSync(`${folder}/deep`));
  assert.deepEqual(fs.readdirSync(folder).filter((name) => name.startsWith('..gen-')).length, 1);
});

test('a payload never writes outside', () => {
  for (const name of ['../x', '/x', 'a/../../x', '..data/x'])
    assert.throws(() => writePayload(folder, files({ [name]: '' })), { code: 'Invalid' });
});

test('a subPath follows links inside the volume and refuses those that lead out', () => {
  const root = `${folder}/root`;
  fs.mkdirSync(`${root}/real`, { recursive: true });
  fs.writeFileSync(`${folder}/outside`, 'secret');
  fs.symlinkSync('real', `${root}/inner`);
  fs.symlinkSync('../outside', `${root}/outer`);
  fs.symlinkSync('/etc', `${root}/absolute`);
  const opened = openInside(root, 'inner/made');
  assert.ok(fs.statSync(`${opened.path}/`).isDirectory());
  opened.close();
  assert.ok(fs.existsSync(`${root}/real/made`));
  for (const subPath of ['outer', 'absolute/passwd', '../outside', '/etc'])
    assert.throws(() => openInside(root, subPath), { code: 'Invalid' }, subPath);
});

test('a group owns everything below, and the size is counted', () => {
  fs.mkdirSync(`${folder}/d`);
  fs.writeFileSync(`${folder}/d/f`, 'x'.repeat(5000), { mode: 0o600 });
  giveToGroup(folder, 1234, { onlyWhenRootDiffers: false });
  assert.equal(fs.statSync(`${folder}/d/f`).gid, 1234);
  assert.equal(fs.statSync(`${folder}/d/f`).mode & 0o777, 0o660);
  assert.equal(fs.statSync(`${folder}/d`).mode & 0o2070, 0o2070);
  assert.ok(usedBytesBelow(folder) >= 5000);
});
