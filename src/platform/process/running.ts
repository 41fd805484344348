// What runs on this machine. Source: proc_pid_cmdline(5).
import fs from 'node:fs';
import { identityOf, type ProcessIdentity } from './identity.ts';

/** Everything that runs on this machine and may be looked at. */
export function runningIdentities(): ProcessIdentity[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => identityOf(Number(pid)) ?? []);
}

/** What a process was started with; nothing when it is gone. */
export function argumentsOf(pid: number): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
