// The image that pods of the measurements run: this machine's static busybox and nothing else.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { testFolder } from '#platform/process';
import { HOME } from './environment.ts';
import type { BenchSite } from './site.ts';

export const BUSYBOX_IMAGE = 'holdfast.example/bench/busybox:1';

/** Makes the image and imports it into the site. Errors: no static busybox, with the command that installs it. */
export async function importBusybox(site: BenchSite): Promise<void> {
  const busybox = ['/usr/bin/busybox', '/bin/busybox'].find((file) => fs.existsSync(file));
  if (busybox === undefined) throw new Error('there is no busybox here; install it: apt-get install busybox-static');
  const work = testFolder('busybox');
  try {
    const bin = path.join(work, 'rootfs/bin');
    fs.mkdirSync(bin, { recursive: true });
    fs.copyFileSync(busybox, path.join(bin, 'busybox'));
    fs.chmodSync(path.join(bin, 'busybox'), 0o755);
    fs.symlinkSync('busybox', path.join(bin, 'sh'));
    const archive = path.join(work, 'busybox.tar');
    const config = JSON.stringify({ Env: ['PATH=/bin'] });
    const packed = spawnSync(
      'sh',
      [path.join(HOME, 'examples/guestbook/oci-image.sh'), path.join(work, 'rootfs'), BUSYBOX_IMAGE, archive, config],
      { encoding: 'utf8' },
    );
    if (packed.status !== 0) throw new Error(`cannot pack busybox: ${packed.stderr}`);
    await site.holdfast('image', 'import', archive);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}
