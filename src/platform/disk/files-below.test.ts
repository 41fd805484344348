// Files of a folder within bounds; links lead nowhere.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { testFolder } from '#platform/process';
import { readFilesBelow } from './files-below.ts';

const folder = testFolder('files-below');
after(() => fs.rmSync(folder, { recursive: true }));
const read = (more: object = {}) =>
  readFilesBelow(folder, { wanted: (name) => name.endsWith('.yaml'), bytesMax: 100, depthMax: 2, ...more });

test('wanted files in order, links and hidden folders left alone, bounds kept', () => {
  for (const [file, text] of [
    ['b.yaml', '2'],
    ['a/c.yaml', '1'],
    ['a/n.txt', 'no'],
    ['.git/x.yaml', 'no'],
  ] as const) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  fs.symlinkSync('/etc/passwd', path.join(folder, 'link.yaml'));
  fs.symlinkSync('/etc', path.join(folder, 'linked'));
  const files = [
    { path: 'a/c.yaml', text: '1' },
    { path: 'b.yaml', text: '2' },
  ];
  assert.deepEqual(read(), files);
  assert.throws(() => read({ bytesMax: 1 }), /larger than 1 bytes/);
  assert.throws(() => read({ depthMax: 0 }), /nested deeper than 0/);
  assert.throws(
    () => readFilesBelow(path.join(folder, 'none'), { wanted: () => true, bytesMax: 1, depthMax: 1 }),
    /there is no folder/,
  );
});
