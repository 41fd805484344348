// The pause image's archive, read back.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { readTar } from '#platform/archive';
import { testFolder } from '#platform/process';
import { PAUSE_IMAGE, pauseImageArchive } from './pause-image.ts';

const folder = testFolder('pause');
after(() => fs.rmSync(folder, { recursive: true }));

test('every blob is what its name says, and the index leads to the image', async () => {
  const program = new TextEncoder().encode('program');
  const archive = await pauseImageArchive(program, 'amd64');
  assert.deepEqual(archive, await pauseImageArchive(program, 'amd64'), 'the same program gives the same image');
  fs.writeFileSync(`${folder}/pause.tar`, archive);
  const files = new Map<string, Buffer>();
  for await (const entry of readTar(`${folder}/pause.tar`)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.content) chunks.push(chunk);
    files.set(entry.path, Buffer.concat(chunks));
  }
  for (const [name, content] of files)
    if (name.startsWith('blobs/'))
      assert.equal(name, `blobs/sha256/${createHash('sha256').update(content).digest('hex')}`);
  const index = JSON.parse(String(files.get('index.json')));
  const [first] = index.manifests;
  assert.equal(first.annotations['io.containerd.image.name'], PAUSE_IMAGE);
  assert.ok(files.has(`blobs/${first.digest.replace(':', '/')}`));
});
