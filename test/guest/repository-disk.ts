// The disk with what a stranger has: this very source tree with its npm packages, kubectl, and an archive of an image.
import fs from 'node:fs';
import path from 'node:path';
import { runOrThrow } from '#platform/process';
import { HOME, KUBECTL } from '../integration/site.fixture.ts';
import { writeAskingImage } from '../integration/token-pod.fixture.ts';
import { makeExt4 } from './disks.ts';

/** Its name in the cluster. */
export const IMAGE = 'test.example/busy:1';
/** On the disk, beside the source tree. */
export const IMAGE_ARCHIVE = 'busy.tar';

const DISK_BYTES = 2 * 1024 * 1024 * 1024;

export async function makeRepositoryDisk(image: string): Promise<void> {
  const root = `${image}.d`;
  fs.mkdirSync(path.join(root, 'bin'), { recursive: true });
  try {
    const files = await runOrThrow('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: HOME,
    });
    const present = files.split('\0').filter((file) => file !== '' && fs.existsSync(path.join(HOME, file)));
    await runOrThrow('cp', ['-a', '--parents', '-t', root, ...present, 'node_modules'], { cwd: HOME });
    fs.copyFileSync(KUBECTL, path.join(root, 'bin/kubectl'));
    await writeAskingImage(path.join(root, IMAGE_ARCHIVE), IMAGE);
    await makeExt4(image, DISK_BYTES, ['-d', root]);
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}
