// Debian's kernel for a guest, unpacked and never installed, and a first root that makes the guest's disks seen.
import fs from 'node:fs';
import path from 'node:path';
import { WorldError } from '#base';
import { findProgram, run, runOrThrow } from '#platform/process';

export interface Kernel {
  readonly version: string;
  readonly image: string;
  /** The folder of all its modules, as it stands in /lib/modules of a machine that has it. */
  readonly modules: string;
}

/** What guests are made of is kept here from run to run. */
export const GUEST_CACHE = path.join(import.meta.dirname, '../../.cache/guest');
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

/** What the first root's script begins with: programs, the kernel's file systems, disks and ports. */
const INIT_BEGIN = `#!/bin/busybox sh
set -e
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec > /dev/ttyS0 2>&1
for module in ${MODULES.map((module) => path.basename(module)).join(' ')}; do insmod "/modules/$module"; done
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
  fs.mkdirSync(GUEST_CACHE, { recursive: true });
  const kept = fs.readdirSync(GUEST_CACHE).find((name) => name.startsWith('linux-image-'));
  if (kept !== undefined) return path.join(GUEST_CACHE, kept);
  const { stdout } = await run('apt-cache', ['depends', 'linux-image-cloud-amd64']);
  const name = /Depends: (linux-image-\S+-cloud-amd64)$/m.exec(stdout)?.[1];
  if (name === undefined)
    throw new WorldError('NotFound', 'no kernel package linux-image-cloud-amd64 is known; run: apt-get update');
  const aside = fs.mkdtempSync(path.join(GUEST_CACHE, 'new-'));
  try {
    await runOrThrow('apt-get', ['download', name], { cwd: aside, timeoutMs: DOWNLOAD_MS });
    const file = fs.readdirSync(aside).find((entry) => entry.endsWith('.deb')) ?? '';
    await runOrThrow('dpkg', ['-x', path.join(aside, file), path.join(aside, 'root')]);
    fs.renameSync(path.join(aside, 'root'), path.join(GUEST_CACHE, name));
  } finally {
    fs.rmSync(aside, { recursive: true });
  }
  return path.join(GUEST_CACHE, name);
}

export async function debianKernel(): Promise<Kernel> {
  const folder = await kernelFolder();
  const version = fs.readdirSync(path.join(folder, 'lib/modules'))[0] ?? '';
  return {
    version,
    image: path.join(folder, 'boot', `vmlinuz-${version}`),
    modules: path.join(folder, 'lib/modules', version),
  };
}

export function copyInto(root: string, from: string, to: string): void {
  const target = path.join(root, to);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(from, target);
}

/** Writes `<home>/initrd` and answers its path. `init` is what its script does once the disks are seen. The kernel hands what
 * it does not know of its command line to the script as environment; where the script ends, it panics and QEMU ends. */
export async function makeInitrd(home: string, kernel: Kernel, init: string): Promise<string> {
  const root = path.join(home, 'initrd.d');
  const initrd = path.join(home, 'initrd');
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'root'])
    fs.mkdirSync(path.join(root, folder), { recursive: true });
  copyInto(root, findProgram('busybox') ?? 'busybox', 'bin/busybox');
  for (const module of MODULES)
    copyInto(root, path.join(kernel.modules, 'kernel', module), `modules/${path.basename(module)}`);
  fs.writeFileSync(path.join(root, 'init'), `${INIT_BEGIN}${init}`, { mode: 0o755 });
  const names = ['.', ...fs.readdirSync(root, { recursive: true, encoding: 'utf8' })];
  await runOrThrow('cpio', ['-o', '-H', 'newc', '--quiet', '-O', initrd], { cwd: root, input: names.join('\n') });
  fs.rmSync(root, { recursive: true });
  return initrd;
}
