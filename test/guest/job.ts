// A job in a guest: its stages one after the other, each a life of the guest on the disks that the one before left, and a report as JSON.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, WorldError } from '#base';
import { isRoot, runOrThrow } from '#platform/process';
import { Checks, type StageReport } from './checks.ts';
import { debianRoot } from './debian-root.ts';
import { makeLayer } from './disks.ts';
import { Guest, type GuestParts } from './guest.ts';
import { debianKernel, GUEST_CACHE, makeInitrd, needProgram } from './kernel.ts';
import { makeRepositoryDisk } from './repository-disk.ts';
import { SiteInGuest } from './site-in-guest.ts';
import type { Stage } from './stages.ts';

/** The first root hands over to the disk's own systemd. */
const INIT = `mount -t ext4 /dev/vda /root
for folder in dev sys proc; do mount --move /$folder /root/$folder; done
exec switch_root /root /sbin/init
`;

async function makeParts(home: string, fresh: boolean, signal: AbortSignal): Promise<GuestParts> {
  const kernel = await debianKernel();
  const disks = ['root', 'repository'].map((name) => path.join(home, `${name}.qcow2`));
  const console = path.join(home, 'console');
  if (fresh) {
    fs.rmSync(home, { recursive: true, force: true });
    fs.mkdirSync(home, { recursive: true });
    const repository = path.join(home, 'repository.raw');
    await makeRepositoryDisk(repository);
    await makeLayer(disks[0] ?? '', await debianRoot(kernel));
    await makeLayer(disks[1] ?? '', repository);
  } else if (!disks.every((disk) => fs.existsSync(disk)))
    throw new WorldError('NotFound', 'no earlier stage left disks', { cure: 'begin with the first stage' });
  return { kernel: kernel.image, initrd: await makeInitrd(home, kernel, INIT), disks, console, signal };
}

async function runStage(stage: Stage, parts: GuestParts, home: string): Promise<StageReport> {
  const checks = new Checks(stage.name);
  let guest: Guest | undefined;
  try {
    guest = await Guest.boot(parts);
    checks.figure('bootMs', checks.elapsedMs());
    await stage.run({ of: new SiteInGuest(guest), checks, home });
    if (stage.end === 'reboot') await guest.reboot();
  } catch (error) {
    checks.fail(messageOf(error));
  } finally {
    await guest?.cut();
  }
  return checks.finish();
}

function checkMachine(): void {
  if (process.arch !== 'x64' || !isRoot())
    throw new WorldError('Unsupported', 'the guest is made on x86_64, by root, whose files its root disk holds');
  needProgram('qemu-system-x86_64', 'qemu-system-x86');
  needProgram('qemu-img', 'qemu-utils');
  needProgram('mmdebstrap', 'mmdebstrap');
  needProgram('busybox', 'busybox-static');
  needProgram('cpio', 'cpio');
  needProgram('mkfs.ext4', 'e2fsprogs');
}

function wantedStages(all: readonly Stage[]): readonly Stage[] {
  const { values } = parseArgs({ options: { stage: { type: 'string', multiple: true } } });
  const unknown = values.stage?.find((name) => !all.some((stage) => stage.name === name));
  if (unknown !== undefined)
    throw new WorldError('Invalid', `--stage is one of ${all.map(({ name }) => name).join(', ')}, not ${unknown}`);
  return all.filter(({ name }) => values.stage?.includes(name) ?? true);
}

/** `name`: the folder of its disks. Asks the command line which stages are wanted; without `--stage` all of them run. */
export async function runJob(name: string, all: readonly Stage[]): Promise<void> {
  try {
    const wanted = wantedStages(all);
    checkMachine();
    const home = path.join(GUEST_CACHE, name);
    const ending = new AbortController();
    // Whoever waits for something in the guest would wait on for minutes.
    const end = (): void => {
      ending.abort();
      process.exit(1);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
    const parts = await makeParts(home, wanted[0] === all[0], ending.signal);
    const stages: StageReport[] = [];
    for (const stage of wanted) {
      stages.push(await runStage(stage, parts, home));
      // Later stages stand on what this one did.
      if (stages.at(-1)?.failures.length) break;
    }
    const qemu = /version (\S+)/.exec(await runOrThrow('qemu-system-x86_64', ['--version']))?.[1] ?? '';
    const kernel = (await debianKernel()).version;
    console.log(JSON.stringify({ stages, versions: { kernel, qemu, node: process.version } }, null, 2));
    process.exitCode = stages.some(({ failures }) => failures.length > 0) ? 1 : 0;
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}
