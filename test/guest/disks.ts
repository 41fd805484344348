// Disks of a guest, made without mounting anything.
import fs from 'node:fs';
import { runOrThrow } from '#platform/process';

/** A raw disk with an ext4 file system; `more` are further options of mkfs.ext4. */
export async function makeExt4(image: string, bytes: number, more: readonly string[] = []): Promise<void> {
  fs.rmSync(image, { force: true });
  fs.writeFileSync(image, '');
  fs.truncateSync(image, bytes);
  await runOrThrow('mkfs.ext4', ['-q', '-F', ...more, image]);
}

/** A qcow2 disk that keeps what is written over the raw disk `below`. */
export async function makeLayer(layer: string, below: string, options: readonly string[] = []): Promise<void> {
  await runOrThrow('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', below, '-F', 'raw', ...options, layer]);
}

/** QEMU's options for a virtio disk. */
export const drive = (id: string, options: string): string[] => [
  ...['-drive', `if=none,id=${id},${options}`],
  ...['-device', `virtio-blk-pci,drive=${id}`],
];
