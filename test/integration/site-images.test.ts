// Images by the command line: archives go in whole or not at all, and every failure has its exit code.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ImportedImage, ListedImage } from '#model/oci';
import { writeImage } from './image.fixture.ts';
import { bringUp, HOME, ran, testSite } from './site.fixture.ts';

const site = testSite('images');
const folder = path.dirname(site.data);
const at = (name: string): string => path.join(folder, name);
const PADDING = 'x'.repeat(200_000);

const listed = async (): Promise<ListedImage[]> =>
  (JSON.parse((await site.holdfast('image', 'list', '--json')).stdout) as { images: ListedImage[] }).images;
const names = async (): Promise<string[]> => (await listed()).map(({ reference }) => reference);

before(async () => {
  await writeImage(at('a.tar'), { name: 'docker.io/library/a:1', files: [{ path: 'a', content: PADDING }] });
  await writeImage(at('b.tar'), { name: 'ghcr.io/team/b:2', files: [{ path: 'b', content: 'b' }] });
  await writeImage(at('unnamed.tar'), { files: [{ path: 'c', content: 'c' }] });
  fs.writeFileSync(at('cut.tar'), fs.readFileSync(at('a.tar')).subarray(0, 100_000));
  fs.writeFileSync(at('text.tar'), 'no archive');
  await bringUp(site, '--runtime', 'simulated');
});

after(() => site.destroy());

test('a missing file is told before anything is taken in', async () => {
  const missing = await site.holdfast('image', 'import', at('a.tar'), at('none.tar'));
  assert.equal(missing.code, 5, missing.stderr);
  assert.match(missing.stderr, /there is no file .*none\.tar/);
  assert.deepEqual(await names(), []);
  const empty = await site.holdfast('image', 'list');
  assert.equal(empty.code, 0);
  assert.match(empty.stderr, /image import FILE/);
});

test('of several archives the whole ones are taken in, the others are named', async () => {
  const files = ['cut.tar', 'a.tar', 'text.tar', 'b.tar', 'unnamed.tar'];
  const answer = await site.holdfast('image', 'import', ...files.map(at), '--json');
  assert.equal(answer.code, 1, 'the code of the first failure');
  const { imported, failed } = JSON.parse(answer.stdout) as {
    imported: { file: string; images: ImportedImage[] }[];
    failed: { file: string; error: string; cure?: string }[];
  };
  assert.deepEqual(
    imported.flatMap(({ images }) => images.map(({ reference }) => reference)),
    ['docker.io/library/a:1', 'ghcr.io/team/b:2'],
  );
  assert.deepEqual(
    failed.map(({ file }) => path.basename(file)),
    ['cut.tar', 'text.tar', 'unnamed.tar'],
  );
  assert.match(failed[0]?.error ?? '', /is cut short or damaged/);
  assert.match(failed[1]?.error ?? '', /is not a tar archive/);
  assert.match(failed[2]?.error ?? '', /does not say the full name/);
  const images = await listed();
  assert.deepEqual(
    images.map(({ reference, origin, pinned }) => `${reference} ${origin} ${pinned}`),
    ['docker.io/library/a:1 imported true', 'ghcr.io/team/b:2 imported true'],
  );
  assert.ok((images[0]?.bytes ?? 0) > PADDING.length);
  assert.match(
    (await site.holdfast('image', 'list')).stdout,
    /^IMAGE +DIGEST +SIZE +FROM +PINNED +AGE\ndocker\.io\/library\/a:1 /,
  );
});

test('images are unpinned, pinned and deleted by name, and what nothing uses is freed', async () => {
  assert.equal((await site.holdfast('image', 'unpin', 'a:1')).code, 0, 'a short name, as Kubernetes resolves it');
  assert.deepEqual(
    (await listed()).map(({ pinned }) => pinned),
    [false, true],
  );
  assert.equal((await site.holdfast('image', 'pin', 'docker.io/library/a:1')).code, 0);
  const deleted = await site.holdfast('image', 'delete', 'docker.io/library/a:1', '--json');
  assert.ok((JSON.parse(deleted.stdout) as { freedBytes: number }).freedBytes > PADDING.length);
  assert.deepEqual(await names(), ['ghcr.io/team/b:2']);
  for (const verb of ['delete', 'pin', 'unpin'])
    assert.equal((await site.holdfast('image', verb, 'docker.io/library/a:1')).code, 5, verb);
  assert.equal((await site.holdfast('image', 'delete')).code, 2);
  assert.equal((await site.holdfast('image', 'remove')).code, 2);
});

test('a path is seen from where the command stands', async () => {
  const script = `cd ${folder} && ${path.join(HOME, 'holdfast')} image import ./a.tar --data site`;
  const answer = await ran('sh', ['-c', script]);
  assert.equal(answer.code, 0, answer.stderr);
  assert.match(answer.stderr, /✓ \.\/a\.tar .*\n {4}docker\.io\/library\/a:1 sha256:/);
});

test('of a stopped site the credentials are known, and its images wait for it', async () => {
  assert.equal((await site.holdfast('down')).code, 0);
  const stopped = await site.holdfast('image', 'list');
  assert.equal(stopped.code, 1);
  assert.match(stopped.stderr, /do not run\n.*holdfast up/);
  const credentials = await site.holdfast('registry', 'credentials');
  assert.match(credentials.stdout, /^address +127\.0\.0\.1:\d+\n/);
  assert.match((await site.holdfast('registry', 'ca')).stdout, /^-----BEGIN CERTIFICATE-----/);
  await bringUp(site);
  assert.deepEqual(await names(), ['docker.io/library/a:1', 'ghcr.io/team/b:2']);
});
