// The images that pods of the measurements run: programs of this machine and nothing else.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { testFolder } from '#platform/process';
import { HOME } from './environment.ts';
import type { BenchSite } from './site.ts';

export const BUSYBOX_IMAGE = 'holdfast.example/bench/busybox:1';
/** Perl, which takes locks of fcntl(2), and busybox. */
export const PERL_IMAGE = 'holdfast.example/bench/perl:1';
const PERL = '/usr/bin/perl';

/** Makes an image of busybox as its shell and of these programs, and imports it. Errors: no static busybox, with the command that installs it. */
async function importPrograms(site: BenchSite, image: string, programs: readonly string[]): Promise<void> {
  const busybox = ['/usr/bin/busybox', '/bin/busybox'].find((file) => fs.existsSync(file));
  if (busybox === undefined) throw new Error('there is no busybox here; install it: apt-get install busybox-static');
  const work = testFolder('image');
  try {
    const rootfs = path.join(work, 'rootfs');
    const copy = (file: string, to = file): void => {
      fs.mkdirSync(path.dirname(path.join(rootfs, to)), { recursive: true });
      fs.copyFileSync(file, path.join(rootfs, to));
      fs.chmodSync(path.join(rootfs, to), 0o755);
    };
    copy(busybox, '/bin/busybox');
    fs.symlinkSync('busybox', path.join(rootfs, 'bin/sh'));
    for (const program of programs) for (const file of [program, ...librariesOf(program)]) copy(file);
    const archive = path.join(work, 'image.tar');
    const config = JSON.stringify({ Env: ['PATH=/bin'] });
    const packed = spawnSync(
      'sh',
      [path.join(HOME, 'examples/guestbook/oci-image.sh'), rootfs, image, archive, config],
      { encoding: 'utf8' },
    );
    if (packed.status !== 0) throw new Error(`cannot pack ${image}: ${packed.stderr}`);
    await site.holdfast('image', 'import', archive);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
}

export const importBusybox = (site: BenchSite): Promise<void> => importPrograms(site, BUSYBOX_IMAGE, []);
export const importPerl = (site: BenchSite): Promise<void> => importPrograms(site, PERL_IMAGE, [PERL]);
