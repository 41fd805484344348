// The clocks of the machine: the one that people set, the one that nothing sets, and this process's own count.
import os from 'node:os';

export interface MachineTime {
  /** System clock, milliseconds since 1970. Jumps when it is set. */
  systemMs(): number;
  /** Since the machine started, sleep included, in steps of 10 ms: CLOCK_BOOTTIME, as proc(5) `uptime` shows it. */
  bootMs(): number;
  /** Of this process: never set, but stands still while the machine sleeps. */
  monotonicMs(): number;
}

export const machineTime: MachineTime = {
  systemMs: () => Date.now(),
  bootMs: () => Math.round(os.uptime() * 1000),
  monotonicMs: () => performance.now(),
};
