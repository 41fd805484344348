// What a figure depends on besides the program: the machine, how busy it was before, and which versions ran.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Root of the source tree. */
export const HOME = path.join(import.meta.dirname, '../..');

export interface MachineFacts {
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  /** Of the last 1, 5 and 15 minutes, taken before the run. */
  readonly loadAverageBefore: readonly number[];
}

export function machineFacts(): MachineFacts {
  return {
    cores: os.availableParallelism(),
    processor: os.cpus()[0]?.model ?? 'unknown',
    memoryBytes: os.totalmem(),
    kernel: `${os.type()} ${os.release()} ${os.arch()}`,
    loadAverageBefore: os.loadavg().map((load) => Number(load.toFixed(2))),
  };
}

function firstLine(program: string, args: readonly string[]): string | null {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  return result.status === 0 ? (result.stdout.split('\n')[0] ?? '') : null;
}

/** Versions of the parts that a figure may depend on; null for a part that is not here. */
export function versions(): Record<string, string | null> {
  const declared = JSON.parse(fs.readFileSync(path.join(HOME, 'package.json'), 'utf8')) as { version: string };
  return {
    holdfast: declared.version,
    revision: firstLine('git', ['-C', HOME, 'describe', '--always', '--dirty']),
    node: process.version,
    containerd: firstLine('containerd', ['--version']),
    runc: firstLine('runc', ['--version']),
  };
}
