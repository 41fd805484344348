// Stamps tell a file that was written anew from one that was not; links are left alone, absence is an answer.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { testFolder } from '#platform/process';
import { writeFileAtomic } from './disk.ts';
import { fileStamp, fileStamps } from './file-stamps.ts';

const folder = testFolder('file-stamps');
after(() => fs.rmSync(folder, { recursive: true }));

test('a file has another stamp once it was written anew, with the same bytes too', () => {
  const [a, b] = ['a', 'below/b'].map((name) => path.join(folder, name));
  assert.ok(a && b);
  for (const file of [a, b]) writeFileAtomic(file, 'x');
  fs.symlinkSync('/etc', path.join(folder, 'linked'));
  const before = fileStamps(folder);
  assert.deepEqual([...before.keys()].sort(), ['a', 'below/b']);
  writeFileAtomic(b, 'x');
  const now = fileStamps(folder);
  assert.equal(now.get('a'), before.get('a'));
  assert.notEqual(now.get('below/b'), before.get('below/b'));
  assert.equal(fileStamp(b), now.get('below/b'));
  assert.equal(fileStamp(path.join(folder, 'none')), undefined);
  assert.equal(fileStamps(path.join(folder, 'none')).size, 0);
});
