// Processor time that a process has used. Source: proc_pid_stat(5), fields 14 and 15.
import fs from 'node:fs';

/** Clock ticks a second, as Linux shows them to programs whatever its own timer is. */
const TICKS_PER_SECOND = 100;

/** In seconds; 0 when the process is gone. */
export function processCpuSeconds(pid: number): number {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
