// A guest that runs: QEMU, and the agent in it. A reboot of the guest, a power cut (QEMU is killed) and an orderly end are three
// ways to end one life of it; the next life is another process of QEMU on the same disks.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import fs from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { WorldError } from '#base';
import { AGENT_PORT } from './debian-root.ts';
import { drive } from './disks.ts';

export interface GuestParts {
  readonly kernel: string;
  readonly initrd: string;
  /** qcow2 files: the root, then what else. */
  readonly disks: readonly string[];
  /** What kernel and systemd say is appended here. */
  readonly console: string;
  readonly signal: AbortSignal;
}

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Emulated on two cores that have other work too: a boot takes one to three minutes. */
const BOOT_MS = 420_000;
const COMMAND_MS = 420_000;
const MEMORY_MIB = 4096;

function qemuArguments({ kernel, initrd, disks, console }: GuestParts): string[] {
  const append = 'console=ttyS0 panic=-1 mitigations=off systemd.show_status=1';
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-machine', 'pc,usb=off'],
    ...['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max', '-smp', '2', '-m', `${MEMORY_MIB}`],
    ...['-kernel', kernel, '-initrd', initrd, '-append', append],
    ...['-chardev', `file,id=console,path=${console},append=on`, '-serial', 'chardev:console'],
    ...['-device', 'virtio-serial-pci', '-chardev', 'stdio,id=agent,signal=off'],
    ...['-device', `virtserialport,chardev=agent,nr=1,name=${AGENT_PORT}`],
    ...disks.flatMap((disk, index) => drive(`disk${index}`, `file=${disk},format=qcow2,cache=writeback`)),
  ];
}

export class Guest {
  readonly #parts: GuestParts;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<void>;
  #complaint = '';
  #rest = '';
  #next = 1;
  readonly #waiting = new Map<string, (words: readonly string[]) => void>();

  private constructor(parts: GuestParts) {
    this.#parts = parts;
    this.#process = spawn('qemu-system-x86_64', qemuArguments(parts), {
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: parts.signal,
      killSignal: 'SIGKILL',
    });
    this.#ended = new Promise((resolve) => this.#process.once('close', () => resolve()));
    this.#process.on('error', (error) => {
      this.#complaint += error.message;
    });
    this.#process.stdin.on('error', () => this.#process.stdin.destroy());
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#complaint += chunk.toString();
    });
    this.#process.stdout.on('data', (chunk: Buffer) => this.#hear(chunk.toString()));
  }

  /** Resolves when the agent has begun. Errors: WorldError `Failed` with the end of the console. */
  static async boot(parts: GuestParts): Promise<Guest> {
    const guest = new Guest(parts);
    try {
      await guest.#answer('booted', BOOT_MS, 'the guest boots');
      return guest;
    } catch (error) {
      await guest.cut();
      throw error;
    }
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const [id = '', ...words] = line.split(' ');
      this.#waiting.get(id)?.(words);
    }
  }

  async #answer(id: string, withinMs: number, what: string): Promise<readonly string[]> {
    let late: NodeJS.Timeout | undefined;
    const answer = new Promise<readonly string[]>((resolve) => this.#waiting.set(id, resolve));
    const timeout = new Promise<'late'>((resolve) => {
      late = setTimeout(() => resolve('late'), withinMs);
    });
    const first = await Promise.race([answer, timeout, this.#ended]);
    clearTimeout(late);
    this.#waiting.delete(id);
    if (Array.isArray(first)) return first;
    const console = fs.readFileSync(this.#parts.console, 'utf8').slice(-3000);
    const why = first === 'late' ? `not within ${withinMs} ms` : `QEMU ended: ${this.#complaint}`;
    throw new WorldError('Failed', `${what}: ${why}\n${console}`);
  }

  #tell(id: string, script: string): void {
    this.#process.stdin.write(`${id} ${Buffer.from(script).toString('base64')}\n`);
  }

  /** Runs a script of sh to its end, whatever its exit code. */
  async run(script: string, withinMs = COMMAND_MS): Promise<Said> {
    const id = `${this.#next++}`;
    const answer = this.#answer(id, withinMs, script);
    this.#tell(id, script);
    const [code = '', out = '', err = ''] = await answer;
    const text = (word: string): string => Buffer.from(word.slice(1), 'base64').toString();
    return { code: Number(code), stdout: text(out), stderr: text(err) };
  }

  /** The output of a script. Errors: WorldError `Failed` with what it said when its exit code is not 0. */
  async ask(script: string, withinMs?: number): Promise<string> {
    const { code, stdout, stderr } = await this.run(script, withinMs);
    if (code !== 0) throw new WorldError('Failed', `${script}: exit ${code}: ${stderr}${stdout}`);
    return stdout.trim();
  }

  /** Has systemd reboot the guest; resolves when it has gone down. */
  async reboot(): Promise<void> {
    // The agent may be gone before it can answer.
    this.#tell('reboot', 'systemctl --no-block reboot');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), BOOT_MS);
    await this.#ended;
    clearTimeout(late);
    if (this.#process.signalCode !== null) throw new WorldError('Failed', `the guest did not go down in ${BOOT_MS} ms`);
  }

  /** Takes the power away: what the guest's kernel had not written is gone. */
  async cut(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
