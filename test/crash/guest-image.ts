// What a guest is started from: Debian's kernel, a first root that starts the workload, and a read-only disk with Node.js and
// the workload.
import fs from 'node:fs';
import path from 'node:path';
import { runOrThrow } from '#platform/process';
import { makeExt4 } from '../guest/disks.ts';
import { copyInto, debianKernel, makeInitrd } from '../guest/kernel.ts';
import { bundleWorkload } from './bundle.ts';

export interface GuestImage {
  readonly kernel: string;
  readonly kernelVersion: string;
  readonly initrd: string;
  readonly programs: string;
}

const PROGRAMS_BYTES = 256 * 1024 * 1024;

const INIT = `mount -t ext4 -o ro /dev/vdb /root
mount -t ext4 /dev/vda /root/data
mount --bind /proc /root/proc
mount --bind /dev /root/dev
until [ -e /dev/vport*p1 ]; do sleep 0.1; done
options='{"folder":"/data/store","worker":"file:///worker.mjs","reservedBytes":65536,"checkpointBytes":300000,"historyEvents":100,"sync":"'$holdfast_sync'"}'
chroot /root /bin/node /workload.mjs - "$holdfast_seed" 0 forever "$options" > "$(echo /dev/vport*p1)"
`;

/** The disk with this very Node.js, the libraries that it is linked with, and the workload. */
async function makePrograms(home: string): Promise<string> {
  const root = path.join(home, 'programs.d');
  const image = path.join(home, 'programs.raw');
  for (const folder of ['data', 'proc', 'dev', 'tmp']) fs.mkdirSync(path.join(root, folder), { recursive: true });
  await bundleWorkload(root);
  copyInto(root, process.execPath, 'bin/node');
  const linked = await runOrThrow('ldd', [process.execPath]);
  for (const [library] of linked.matchAll(/\/\S+(?= \(0x)/g)) copyInto(root, library, library);
  await makeExt4(image, PROGRAMS_BYTES, ['-d', root]);
  fs.rmSync(root, { recursive: true });
  return image;
}

export async function makeGuestImage(home: string): Promise<GuestImage> {
  const kernel = await debianKernel();
  return {
    kernel: kernel.image,
    kernelVersion: kernel.version,
    initrd: await makeInitrd(home, kernel, INIT),
    programs: await makePrograms(home),
  };
}
