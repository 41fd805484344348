// A small file system of a test's own for the data of a site, and whatever fills it to the last block.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { runOrThrow } from '#platform/process';

/** An ext4 file system in a file beside the folder, mounted on it; root has no room of its own on it. */
export async function mountSmallDisk(folder: string, bytes: number): Promise<void> {
  const image = `${folder}.img`;
  fs.mkdirSync(folder, { recursive: true });
  fs.closeSync(fs.openSync(image, 'w'));
  fs.truncateSync(image, bytes);
  await runOrThrow('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  await runOrThrow('mount', ['-o', 'loop', image, folder]);
  fs.rmdirSync(`${folder}/lost+found`);
}

/** Writes pieces of one size until none fits. */
function writeUntilFull(fd: number, piece: Buffer): void {
  try {
    for (;;) fs.writeSync(fd, piece);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

/** Takes all the room that is left, to the last block. */
export function fillDisk(filler: string): void {
  const fd = fs.openSync(filler, 'a');
  try {
    for (const bytes of [1 << 20, 1 << 12]) writeUntilFull(fd, Buffer.alloc(bytes));
  } finally {
    fs.closeSync(fd);
  }
}
