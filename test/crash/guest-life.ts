// One life of a guest: QEMU runs the workload until it is killed. What the guest says comes through a port that QEMU hands on
// before the guest's write returns, so a line is out before the write that it announces reaches the disk.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { WorldError } from '#base';
import { drive } from '../guest/disks.ts';
import type { Acks } from './acks.ts';
import type { GuestImage } from './guest-image.ts';

export interface GuestOptions {
  readonly image: GuestImage;
  /** A qcow2 file; see guest.ts for why. */
  readonly disk: string;
  /** What the kernel and the workload complain about goes here. */
  readonly console: string;
  readonly seed: number;
  readonly sync: 'full' | 'off';
  /** The guest is killed so many milliseconds after so many acknowledged writes. */
  readonly writes: number;
  readonly delayMs: number;
  readonly signal: AbortSignal;
}

const MEMORY_MIB = 768;
/** What keeps the proof from hanging when a guest does not get going. */
const LIFE_MS = 300_000;

function qemuArguments({ image, disk, console, seed, sync }: GuestOptions): string[] {
  const append = `console=ttyS0 quiet panic=-1 mitigations=off holdfast_seed=${seed} holdfast_sync=${sync}`;
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-machine', 'pc,usb=off'],
    ...['-accel', 'tcg,tb-size=64', '-cpu', 'max', '-smp', '1', '-m', `${MEMORY_MIB}`],
    ...['-kernel', image.kernel, '-initrd', image.initrd, '-append', append],
    ...['-serial', `file:${console}`],
    ...['-device', 'virtio-serial-pci,ioeventfd=off', '-chardev', 'stdio,id=said,signal=off'],
    ...['-device', 'virtserialport,chardev=said,nr=1'],
    ...drive('data', `file=${disk},format=qcow2,cache=writeback`),
    ...drive('programs', `file=${image.programs},format=raw,readonly=on`),
  ];
}

/** Lives, is killed, and leaves all that it said in `acks`; resolves with the number of writes acknowledged in this life.
 * Errors: WorldError `Failed` with the end of its console when the guest ended by itself or did not get going. */
export async function liveAndDie(acks: Acks, options: GuestOptions): Promise<number> {
  const child = spawn('qemu-system-x86_64', qemuArguments(options), {
    // The port is closed, and what the guest says is held up, where the input is at its end.
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  let count = 0;
  let rest = '';
  let complaint = '';
  let due: NodeJS.Timeout | undefined;
  const lifeEnds = setTimeout(() => child.kill('SIGKILL'), LIFE_MS);
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      acks.take(line);
      if (line.startsWith('ack')) count++;
    }
    if (count >= options.writes) due ??= setTimeout(() => child.kill('SIGKILL'), options.delayMs);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
  } finally {
    clearTimeout(lifeEnds);
    clearTimeout(due);
  }
  if (due !== undefined && child.signalCode === 'SIGKILL') return count;
  const said = fs.existsSync(options.console) ? fs.readFileSync(options.console, 'utf8').slice(-2000) : '';
  throw new WorldError('Failed', `the guest ended after ${count} writes: ${complaint}${said}`, {
    subject: options.disk,
  });
}
