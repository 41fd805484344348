// What a process waits for: a processor that others have, or a device. Tells a process that is not let from one that hangs.
// Source: kernel documentation "Scheduler Statistics" (/proc/<pid>/schedstat), proc_pid_stat(5), field 3.
import fs from 'node:fs';

export interface ProcessWaits {
  /** The most that one of its threads waited for a processor since the look before. */
  readonly starvedMs: number;
  /** One of its threads waits for a device and cannot be interrupted. */
  readonly blocked: boolean;
  /** Nanoseconds that each thread has waited for a processor since it began, by number. */
  readonly delays: ReadonlyMap<string, number>;
}

function readOf(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    // A thread, or the whole process, may end at any time; kernels without these statistics have no such file.
    return '';
  }
}

function threadsOf(pid: number): readonly string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

export function processWaits(pid: number, before?: ProcessWaits): ProcessWaits {
  const delays = new Map<string, number>();
  let starvedNs = 0;
  let blocked = false;
  for (const thread of threadsOf(pid)) {
    const delay = Number(readOf(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[1] ?? 0);
    delays.set(thread, delay);
    starvedNs = Math.max(starvedNs, delay - (before?.delays.get(thread) ?? delay));
    const stat = readOf(`/proc/${pid}/task/${thread}/stat`);
    blocked ||= stat.slice(stat.lastIndexOf(')') + 2).startsWith('D');
  }
  return { starvedMs: starvedNs / 1e6, blocked, delays };
}

/** False for a process that stands still: stopped, traced, frozen, or waiting where nothing can interrupt it. */
export const isRunnable = (pid: number): boolean => {
  const stat = readOf(`/proc/${pid}/stat`);
  return /^[RSI]/.test(stat.slice(stat.lastIndexOf(')') + 2));
};
