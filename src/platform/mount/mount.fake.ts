// Mounts in memory: targets are made as plain folders or files, nothing is mounted. For tests and the simulated runtime.
import fs from 'node:fs';
import type { Mounts } from './mount.ts';

export interface FakeMounts extends Mounts {
  /** Target to what is mounted there. */
  readonly table: Map<string, string>;
}

export function fakeMounts(): FakeMounts {
  const table = new Map<string, string>();
  const mount = async (source: string, target: string): Promise<void> => {
    fs.mkdirSync(target, { recursive: true });
    table.set(target, source);
  };
  return {
    table,
    tmpfs: (folder, options) => mount(`tmpfs ${options.sizeBytes}`, folder),
    bind: (source, target) => mount(source, target),
    share: (folder) => mount('shared', folder),
    unmount: async (target) => void table.delete(target),
    isMounted: (target) => table.has(target),
  };
}
