// What a guest is started from: Debian's kernel, unpacked and never installed, a first root with the modules that it needs
// to see its disks, and a read-only disk with Node.js and the workload.
import fs from 'node:fs';
import path from 'node:path';
import { WorldError } from '#base';
import { findProgram, run, runOrThrow } from '#platform/process';
import { bundleWorkload } from './bundle.ts';

export interface GuestImage {
  readonly kernel: string;
  readonly kernelVersion: string;
  readonly initrd: string;
  readonly programs: string;
}

const KERNEL_CACHE = path.join(import.meta.dirname, '../../.cache/guest');
const PROGRAMS_BYTES = 256 * 1024 * 1024;
const DOWNLOAD_MS = 300_000;

/** In the order in which they are loaded; ext4 and the serial line are part of Debian's kernel. */
const MODULES = [
  'drivers/virtio/virtio_ring.ko',
  'drivers/virtio/virtio.ko',
  'drivers/virtio/virtio_pci_legacy_dev.ko',
  'drivers/virtio/virtio_pci_modern_dev.ko',
  'drivers/virtio/virtio_pci.ko',
  'drivers/block/virtio_blk.ko',
  'drivers/char/virtio_console.ko',
];

/** The kernel hands what it does not know of its command line to this script as environment; where the script ends, the
 * kernel panics and QEMU ends. */
const INIT = `#!/bin/busybox sh
set -e
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec > /dev/ttyS0 2>&1
for module in ${MODULES.map((module) => path.basename(module)).join(' ')}; do insmod "/modules/$module"; done
mount -t ext4 -o ro /dev/vdb /programs
mount -t ext4 /dev/vda /programs/data
mount --bind /proc /programs/proc
mount --bind /dev /programs/dev
until [ -e /dev/vport*p1 ]; do sleep 0.1; done
options='{"folder":"/data/store","worker":"file:///worker.mjs","reservedBytes":65536,"checkpointBytes":300000,"historyEvents":100,"sync":"'$holdfast_sync'"}'
chroot /programs /bin/node /workload.mjs - "$holdfast_seed" 0 forever "$options" > "$(echo /dev/vport*p1)"
`;

/** Errors: WorldError `NotFound` naming the package that has `program`. */
export function needProgram(program: string, debianPackage: string): void {
  if (findProgram(program) !== undefined) return;
  throw new WorldError('NotFound', `${program} is missing; install it: apt-get install ${debianPackage}`, {
    subject: program,
  });
}

/** A folder with the unpacked kernel package, kept from run to run. */
async function kernelFolder(): Promise<string> {
  fs.mkdirSync(KERNEL_CACHE, { recursive: true });
  const kept = fs.readdirSync(KERNEL_CACHE).find((name) => name.startsWith('linux-image-'));
  if (kept !== undefined) return path.join(KERNEL_CACHE, kept);
  const { stdout } = await run('apt-cache', ['depends', 'linux-image-cloud-amd64']);
  const name = /Depends: (linux-image-\S+-cloud-amd64)$/m.exec(stdout)?.[1];
  if (name === undefined)
    throw new WorldError('NotFound', 'no kernel package linux-image-cloud-amd64 is known; run: apt-get update');
  const aside = fs.mkdtempSync(path.join(KERNEL_CACHE, 'new-'));
  try {
    await runOrThrow('apt-get', ['download', name], { cwd: aside, timeoutMs: DOWNLOAD_MS });
    const file = fs.readdirSync(aside).find((entry) => entry.endsWith('.deb')) ?? '';
    await runOrThrow('dpkg', ['-x', path.join(aside, file), path.join(aside, 'root')]);
    fs.renameSync(path.join(aside, 'root'), path.join(KERNEL_CACHE, name));
  } finally {
    fs.rmSync(aside, { recursive: true });
  }
  return path.join(KERNEL_CACHE, name);
}

function copyInto(root: string, from: string, to: string): void {
  const target = path.join(root, to);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(from, target);
}

async function makeInitrd(home: string, modules: string): Promise<string> {
  const root = path.join(home, 'initrd.d');
  const initrd = path.join(home, 'initrd');
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'programs'])
    fs.mkdirSync(path.join(root, folder), { recursive: true });
  copyInto(root, findProgram('busybox') ?? 'busybox', 'bin/busybox');
  for (const module of MODULES) copyInto(root, path.join(modules, module), `modules/${path.basename(module)}`);
  fs.writeFileSync(path.join(root, 'init'), INIT, { mode: 0o755 });
  const names = ['.', ...fs.readdirSync(root, { recursive: true, encoding: 'utf8' })];
  await runOrThrow('cpio', ['-o', '-H', 'newc', '--quiet', '-O', initrd], { cwd: root, input: names.join('\n') });
  return initrd;
}

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

export async function makeExt4(image: string, bytes: number, more: readonly string[] = []): Promise<void> {
  fs.rmSync(image, { force: true });
  fs.writeFileSync(image, '');
  fs.truncateSync(image, bytes);
  await runOrThrow('mkfs.ext4', ['-q', '-F', ...more, image]);
}

export async function makeGuestImage(home: string): Promise<GuestImage> {
  const folder = await kernelFolder();
  const kernelVersion = fs.readdirSync(path.join(folder, 'lib/modules'))[0] ?? '';
  return {
    kernel: path.join(folder, 'boot', `vmlinuz-${kernelVersion}`),
    kernelVersion,
    initrd: await makeInitrd(home, path.join(folder, 'lib/modules', kernelVersion, 'kernel')),
    programs: await makePrograms(home),
  };
}
