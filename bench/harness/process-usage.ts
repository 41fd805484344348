// What a process has and has used so far, read from /proc. Source: proc_pid_stat(5), proc_pid_io(5), proc_pid_smaps(5).
import fs from 'node:fs';

export interface ProcessMemory {
  readonly rssBytes: number;
  readonly pssBytes: number;
  /** Its share of memory that no file stands behind. */
  readonly pssAnonymousBytes: number;
}

export interface ProcessUsage {
  /** Time of processors, its ended children's included. */
  readonly cpuMs: number;
  /** Bytes that it caused to be written to storage. */
  readonly writtenBytes: number;
}

/** USER_HZ, which Linux gives as 100 on every architecture that this runs on. */
const TICK_MS = 10;

/** Undefined when the process has ended. */
function read(pid: number, file: string): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

const fieldOf = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+([0-9]+)`, 'm').exec(text)?.[1] ?? 0);

export function processMemory(pid: number): ProcessMemory | undefined {
  const text = read(pid, 'smaps_rollup');
  return text === undefined
    ? undefined
    : {
        rssBytes: fieldOf(text, 'Rss') * 1024,
        pssBytes: fieldOf(text, 'Pss') * 1024,
        pssAnonymousBytes: fieldOf(text, 'Pss_Anon') * 1024,
      };
}

export function processUsage(pid: number): ProcessUsage | undefined {
  const stat = read(pid, 'stat');
  const io = read(pid, 'io');
  if (stat === undefined || io === undefined) return undefined;
  // utime, stime, cutime and cstime are fields 14 to 17; the name in field 2 may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { cpuMs: ticks * TICK_MS, writtenBytes: fieldOf(io, 'write_bytes') };
}

/** The program's name, as the kernel has it. */
export const programOf = (pid: number): string => read(pid, 'comm')?.trim() ?? '';
