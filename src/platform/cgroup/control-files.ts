// Reading and writing the small files of a control group.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';
import type { Clock } from '#platform/clock';
import { cgroupError } from './cgroup.ts';
import { KILL_ROUND_MS, KILL_ROUNDS_MAX } from './limits.ts';

export function writeControl(folder: string, file: string, value: string | number): void {
  const target = path.join(folder, file);
  try {
    fs.writeFileSync(target, String(value));
  } catch (error) {
    throw cgroupError('write', target, error);
  }
}

export function readControl(folder: string, file: string): string {
  const target = path.join(folder, file);
  try {
    return fs.readFileSync(target, 'utf8').trim();
  } catch (error) {
    throw cgroupError('read', target, error);
  }
}

/** The value of `name` in a file of "name value" lines; 0 when there is none. */
export function statValue(text: string, name: string): number {
  for (const line of text.split('\n')) {
    const [key, value] = line.split(/[ =]/);
    if (key === name) return Number(value);
  }
  return 0;
}

/** The folder and all folders below, deepest first. */
function foldersBelow(folder: string): string[] {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw cgroupError('list', folder, error);
  }
  const inner = entries.filter((e) => e.isDirectory()).flatMap((e) => foldersBelow(path.join(folder, e.name)));
  return [...inner, folder];
}

export function processesBelow(folder: string): number[] {
  const found = new Set<number>();
  for (const below of foldersBelow(folder)) {
    const text = ignoringAbsent(() => fs.readFileSync(path.join(below, 'cgroup.procs'), 'utf8')) ?? '';
    for (const line of text.split('\n')) if (line !== '' && line !== '0') found.add(Number(line));
  }
  return [...found];
}

/** Removes the folder and those below; false when one of them is still busy. */
export function removeFolders(folder: string): boolean {
  for (const below of foldersBelow(folder)) {
    try {
      fs.rmdirSync(below);
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'EBUSY' || code === 'ENOTEMPTY') return false;
      if (code !== 'ENOENT') throw cgroupError('remove', below, error);
    }
  }
  return true;
}

export function ignoringAbsent<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    // What failed may be wrapped in what was attempted.
    const codes = [systemCodeOf(error), systemCodeOf((error as Error).cause)];
    if (codes.some((code) => code === 'ENOENT' || code === 'ENODEV' || code === 'ESRCH')) return undefined;
    throw error;
  }
}

/** Kills what `processes` lists, again and again, until it lists nothing. */
export async function killUntilGone(processes: () => number[], clock: Clock): Promise<boolean> {
  for (let round = 0; round < KILL_ROUNDS_MAX; round++) {
    const pids = processes();
    if (pids.length === 0) return true;
    for (const pid of pids) ignoringAbsent(() => process.kill(pid, 'SIGKILL'));
    await clock.sleep(KILL_ROUND_MS);
  }
  return processes().length === 0;
}
