// Mounting through the system's own programs. Every call is idempotent: a mounted target is left as it is.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { WorldError } from '#base';

/** Errors of every call: WorldError `Failed` with what the program said, `NotFound` when it is missing. */
export interface Mounts {
  /** A file system in memory; `sizeBytes` 0 leaves the size to the kernel (half of the memory). */
  tmpfs(folder: string, options: { sizeBytes: number; mode: string }): Promise<void>;
  /** Shows `source` (a file or a folder) at `target` too; `target` is made as what `source` is. */
  bind(source: string, target: string, options?: { readOnly?: boolean }): Promise<void>;
  /** Makes mounts below `folder` travel to containers and back; the folder becomes a mount point. */
  share(folder: string): Promise<void>;
  /** Takes away what is mounted at `target`, busy or not. Nothing mounted is fine. */
  unmount(target: string): Promise<void>;
  isMounted(target: string): boolean;
}

function mountRun(program: 'mount' | 'umount', args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (piece: Buffer) => {
      said = (said + piece.toString()).slice(0, 2000);
    });
    child.on('error', (cause) =>
      reject(new WorldError('NotFound', `cannot run ${program}: ${cause.message}`, { cause })),
    );
    child.on('close', (code) => {
      if (code === 0) return resolve();
      reject(new WorldError('Failed', `${program} ${args.join(' ')}: ${said.trim()}`, { attempted: program }));
    });
  });
}

const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

function isMounted(target: string): boolean {
  const table = fs.readFileSync('/proc/self/mountinfo', 'utf8');
  return table.split('\n').some((line) => unescapeOctal(line.split(' ')[4] ?? '') === target);
}

function makeLike(source: string, target: string): void {
  if (fs.existsSync(target)) return;
  if (fs.statSync(source).isDirectory()) fs.mkdirSync(target, { recursive: true, mode: 0o755 });
  else {
    fs.mkdirSync(target.slice(0, target.lastIndexOf('/')), { recursive: true, mode: 0o755 });
    fs.closeSync(fs.openSync(target, 'a', 0o644));
  }
}

export function openMounts(): Mounts {
  return {
    tmpfs: async (folder, { sizeBytes, mode }) => {
      if (isMounted(folder)) return;
      fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
      const size = sizeBytes > 0 ? `,size=${sizeBytes}` : '';
      await mountRun('mount', ['-t', 'tmpfs', '-o', `mode=${mode}${size}`, 'tmpfs', folder]);
    },
    bind: async (source, target, options = {}) => {
      makeLike(source, target);
      if (isMounted(target)) return;
      await mountRun('mount', ['--no-canonicalize', '--bind', source, target]);
      if (options.readOnly) await mountRun('mount', ['-o', 'remount,bind,ro', target]);
    },
    share: async (folder) => {
      fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
      if (!isMounted(folder)) await mountRun('mount', ['--bind', folder, folder]);
      await mountRun('mount', ['--make-rshared', folder]);
    },
    unmount: async (target) => {
      while (isMounted(target)) await mountRun('umount', ['--lazy', target]);
    },
    isMounted,
  };
}
