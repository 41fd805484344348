// A whole guest loses power under load, again and again on one disk: QEMU is killed at random moments, and with it goes all
// that the guest's kernel had not written. The disk has a volatile cache too: each life writes to a fresh qcow2 file over what
// the last one left, and where in it a block stands, QEMU keeps to itself until the guest flushes. After each kill a copy of the
// disk is mounted (ext4 mends itself from its journal), the store is opened and judged; the next guest finds the disk as it was.
//   sh scripts/node.sh test/crash/guest.ts [--rounds N] [--seed N] [--sync off]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, seededRandom, WorldError } from '#base';
import { isRoot, runOrThrow, testFolder } from '#platform/process';
import { openRowLogStore } from '#store';
import { makeExt4, makeLayer } from '../guest/disks.ts';
import { needProgram } from '../guest/kernel.ts';
import { Acks } from './acks.ts';
import { makeGuestImage } from './guest-image.ts';
import { liveAndDie } from './guest-life.ts';

interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly sync: 'full' | 'off';
}

interface Verdict {
  /** Acknowledged writes that are not there. */
  readonly lost: number;
  readonly repaired: number;
  readonly wrong: string | undefined;
}

interface Report extends Options {
  acknowledged: number;
  lost: number;
  /** Kills that left the log with a torn end, which was mended. */
  repaired: number;
  failures: string[];
  versions: { kernel: string; qemu: string; node: string };
}

const DISK_BYTES = 192 * 1024 * 1024;
/** The smallest part of the disk that a kill can lose by itself; the guest's page size. */
const CLUSTER_BYTES = 4096;
const WRITES_BEFORE_KILL_MAX = 300;
const DELAY_MS_MAX = 500;

/** What the store in `folder` holds of what was acknowledged. */
async function judgeFolder(folder: string, acks: Acks): Promise<Verdict> {
  let repaired = 0;
  const notice = (notice: { kind: string }): void => void (notice.kind === 'repaired' && repaired++);
  try {
    const store = await openRowLogStore({ folder, reservedBytes: 0, index: () => null, notice });
    const wrong = acks.judge(store);
    const lost = Math.max(0, acks.acknowledged - store.revision);
    await store.close();
    return { lost: wrong === undefined ? 0 : Math.max(1, lost), repaired, wrong };
  } catch (error) {
    // A store that does not open has lost everything; an empty one is at revision 1.
    return { lost: acks.acknowledged - 1, repaired, wrong: messageOf(error) };
  }
}

async function judgeDisk(disk: string, home: string, acks: Acks): Promise<Verdict> {
  const copy = path.join(home, 'judged.raw');
  const mounted = path.join(home, 'judged');
  await runOrThrow('cp', ['--sparse=always', disk, copy]);
  fs.mkdirSync(mounted, { recursive: true });
  await runOrThrow('mount', ['-t', 'ext4', '-o', 'loop', copy, mounted]);
  try {
    return await judgeFolder(path.join(mounted, 'store'), acks);
  } finally {
    await runOrThrow('umount', [mounted]);
    fs.rmSync(copy);
  }
}

async function proof(home: string, options: Options, signal: AbortSignal): Promise<Report> {
  const { rounds, seed, sync } = options;
  const image = await makeGuestImage(home);
  const qemu = /version (\S+)/.exec(await runOrThrow('qemu-system-x86_64', ['--version']))?.[1] ?? '';
  const versions = { kernel: image.kernelVersion, qemu, node: process.version };
  const report: Report = { ...options, acknowledged: 0, lost: 0, repaired: 0, failures: [], versions };
  const random = seededRandom(seed);
  const disk = path.join(home, 'disk.raw');
  const layer = path.join(home, 'layer.qcow2');
  let acks: Acks | undefined;
  for (let round = 1; round <= rounds; round++) {
    signal.throwIfAborted();
    if (acks === undefined) {
      acks = new Acks();
      await makeExt4(disk, DISK_BYTES);
    }
    const writes = 1 + random.below(WRITES_BEFORE_KILL_MAX);
    const delayMs = random.below(DELAY_MS_MAX);
    await makeLayer(layer, disk, ['-o', `cluster_size=${CLUSTER_BYTES}`]);
    const life = { image, disk: layer, console: path.join(home, 'console'), sync, writes, delayMs, signal };
    const acknowledged = await liveAndDie(acks, { ...life, seed: seed * 1000 + round });
    await runOrThrow('qemu-img', ['convert', '-O', 'raw', layer, `${disk}.next`]);
    fs.renameSync(`${disk}.next`, disk);
    const verdict = await judgeDisk(disk, home, acks);
    report.acknowledged += acknowledged;
    report.lost += verdict.lost;
    report.repaired += verdict.repaired;
    console.error(`round ${round}: ${acknowledged} acknowledged, ${verdict.lost} lost`);
    if (verdict.wrong === undefined) continue;
    report.failures.push(`seed ${seed}, round ${round}: ${verdict.wrong}`);
    acks = undefined;
  }
  return report;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, seed: { type: 'string' }, sync: { type: 'string' } },
  });
  const { rounds = '20', seed = '1', sync = 'full' } = values;
  if (sync !== 'full' && sync !== 'off') throw new WorldError('Invalid', `--sync is full or off, not ${sync}`);
  if (!/^[1-9]\d*$/.test(rounds) || !/^\d+$/.test(seed))
    throw new WorldError('Invalid', '--rounds and --seed are whole numbers');
  return { rounds: Number(rounds), seed: Number(seed), sync };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (process.arch !== 'x64' || !isRoot())
    throw new WorldError('Unsupported', 'guests are killed on x86_64, by root, who may mount their disks');
  needProgram('qemu-system-x86_64', 'qemu-system-x86');
  needProgram('qemu-img', 'qemu-utils');
  needProgram('busybox', 'busybox-static');
  needProgram('cpio', 'cpio');
  needProgram('mkfs.ext4', 'e2fsprogs');
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const home = testFolder('guest');
  try {
    const report = await proof(home, options, ending.signal);
    console.log(JSON.stringify(report, null, 2));
    process.exitCode = report.failures.length > 0 ? 1 : 0;
  } finally {
    fs.rmSync(home, { recursive: true });
  }
}

await main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
