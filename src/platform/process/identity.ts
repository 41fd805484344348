// Who a process is, beyond its number: numbers are used again, so a process is its number, its start time and the boot.
// Source: proc_pid_stat(5), field 22; smaps_rollup.
import fs from 'node:fs';
import { systemCodeOf } from '#base';
import type { Clock } from '#platform/clock';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot. */
  readonly startTicks: number;
  readonly bootId: string;
}

const END_POLL_MS = 20;

export function bootId(): string {
  return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function readStat(pid: number): { state: string; startTicks: number } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTicks: Number(fields[19]) };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** The identity of a running process; undefined when there is none with this number, or it has ended. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat && stat.state !== 'Z' && stat.state !== 'X'
    ? { pid, startTicks: stat.startTicks, bootId: bootId() }
    : undefined;
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Sends a signal when that very process still runs; false when it does not. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Asks a process to end, and kills it when it has not after `graceMs`. Resolves when it is gone. */
export async function endProcess(identity: ProcessIdentity, options: { graceMs: number; clock: Clock }): Promise<void> {
  const { clock, graceMs } = options;
  signalProcess(identity, 'SIGTERM');
  const deadline = clock.monotonicMs() + graceMs;
  let killed = false;
  while (isAlive(identity)) {
    if (!killed && clock.monotonicMs() >= deadline) killed = signalProcess(identity, 'SIGKILL');
    await clock.sleep(END_POLL_MS);
  }
}

/** Kills a process that leads a group, and with it all of its group, also what is just being forked. */
export async function endProcessGroup(leader: ProcessIdentity, options: { clock: Clock }): Promise<void> {
  if (!isAlive(leader)) return;
  try {
    process.kill(-leader.pid, 'SIGKILL');
  } catch (error) {
    if (systemCodeOf(error) !== 'ESRCH') throw error;
  }
  while (isAlive(leader)) await options.clock.sleep(END_POLL_MS);
}

/** Resident and proportional memory; zeros when the process is gone or may not be looked at. */
export function processMemory(pid: number): { rssBytes: number; pssBytes: number } {
  try {
    const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const bytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+([0-9]+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
    return { rssBytes: bytes('Rss'), pssBytes: bytes('Pss') };
  } catch {
    return { rssBytes: 0, pssBytes: 0 };
  }
}
