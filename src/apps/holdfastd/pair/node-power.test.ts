// Which controller a node has, and what becomes of one that cannot be made out or asked.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { siteFolders } from '#model/site';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { cutNodePower } from './node-power.ts';

const data = testFolder('power');
const folders = siteFolders(data);
after(() => fs.rmSync(data, { recursive: true }));
const cut = async (text?: string): Promise<{ off: boolean; said: string }> => {
  fs.mkdirSync(folders.pki, { recursive: true });
  if (text !== undefined) fs.writeFileSync(path.join(folders.pki, 'power.json'), text);
  const log = memoryLog();
  const off = await cutNodePower({ folders, log }, 'node-b');
  return { off, said: JSON.stringify(log.lines) };
};

test('without a controller nothing is known to be off', async () => {
  assert.equal((await cut()).off, false);
  assert.equal((await cut('{"node-a":{}}')).off, false);
});

test('what is no controller is told, with no password in it', async () => {
  for (const text of [
    '{',
    '{"node-b":{"kind":"redfish","address":"a","user":"u","password":"geheim"}}',
    '{"node-b":{}}',
  ]) {
    const { off, said } = await cut(text);
    assert.equal(off, false);
    assert.match(said, /power\.json/);
    assert.doesNotMatch(said, /geheim/);
  }
});
