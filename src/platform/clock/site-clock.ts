// The site's time, as holdfastd tells it to every process in one small file: the system clock plus an offset. It holds as long
// as the system clock stands where it stood against boot time; when somebody sets it, this clock goes on by boot time, as
// the file says, until holdfastd has decided. So no process sees a jump that the site does not make. A missing file is
// offset 0; a damaged one changes nothing.
import fs from 'node:fs';
import path from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { JUMP_TOLD_MS, LOOK_AGAIN_MS, LOOK_MS, STEP_MS } from './limits.ts';
import { type MachineTime, machineTime } from './machine-time.ts';

export interface ClockFile {
  readonly version: 1;
  /** Site time minus system clock. */
  readonly offsetMs: number;
  /** System clock minus boot time when this was written. */
  readonly systemMinusBootMs: number;
  /** Until then, credentials may also be judged by times this far back and ahead. */
  readonly leeway?: { readonly backMs: number; readonly aheadMs: number; readonly untilBootMs: number };
}

export interface SiteClock extends Clock {
  close(): void;
}

const isTold = (file: Partial<ClockFile>): file is ClockFile =>
  file.version === 1 && Number.isFinite(file.offsetMs) && Number.isFinite(file.systemMinusBootMs);

function readTold(file: string, before: ClockFile | undefined): ClockFile | undefined {
  try {
    const told = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<ClockFile>;
    return isTold(told) ? told : before;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : before;
  }
}

/** Which file it is that stands there now. */
function markOf(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeMs}` : '';
}

/** `file` is read again when it was replaced. */
export function siteClock(of: { readonly file: string; readonly machine?: MachineTime }): SiteClock {
  return new ToldClock(of.file, of.machine ?? machineTime);
}

class ToldClock implements SiteClock {
  readonly after = systemClock.after;
  readonly sleep = systemClock.sleep;
  readonly #file: string;
  readonly #machine: MachineTime;
  readonly #listeners = new Set<() => void>();
  #told: ClockFile | undefined;
  #mark = '';
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** System clock minus our own count, while the system clock stands as the file says. */
  #steadyMs = Number.NaN;
  #watching: { close(): void } | undefined;

  constructor(file: string, machine: MachineTime) {
    this.#file = file;
    this.#machine = machine;
    this.#look();
  }

  monotonicMs(): number {
    return this.#machine.monotonicMs();
  }

  now(): number {
    if (this.#machine.monotonicMs() - this.#lookedMs >= LOOK_MS) this.#look();
    return this.#time();
  }

  judgedBetween(): { earliestMs: number; latestMs: number } {
    const now = this.now();
    const leeway = this.#told?.leeway;
    if (!leeway || this.#machine.bootMs() >= leeway.untilBootMs) return { earliestMs: now, latestMs: now };
    return { earliestMs: now - leeway.backMs, latestMs: now + leeway.aheadMs };
  }

  onJump(act: () => void): { close(): void } {
    this.#listeners.add(act);
    this.#watching ??= this.#watch();
    return { close: () => void this.#listeners.delete(act) };
  }

  close(): void {
    this.#watching?.close();
    this.#listeners.clear();
  }

  #time(): number {
    const told = this.#told;
    const system = this.#machine.systemMs();
    if (!told) return system;
    const steady = system - this.#machine.monotonicMs();
    if (Math.abs(steady - this.#steadyMs) <= STEP_MS) return system + told.offsetMs;
    // The system clock was set, or the machine has slept: boot time tells which.
    const boot = this.#machine.bootMs();
    if (Math.abs(system - boot - told.systemMinusBootMs) > STEP_MS)
      return boot + told.systemMinusBootMs + told.offsetMs;
    this.#steadyMs = steady;
    return system + told.offsetMs;
  }

  #look(): void {
    this.#lookedMs = this.#machine.monotonicMs();
    const mark = markOf(this.#file);
    if (mark === this.#mark) return;
    const before = this.#time();
    this.#mark = mark;
    this.#told = readTold(this.#file, this.#told);
    this.#steadyMs = Number.NaN;
    if (Math.abs(this.#time() - before) >= JUMP_TOLD_MS) for (const act of [...this.#listeners]) act();
  }

  /** Looks when something changes beside the file, and now and then. */
  #watch(): { close(): void } {
    const look = (): void => this.#look();
    const timer = setInterval(look, LOOK_AGAIN_MS);
    timer.unref();
    let watcher: fs.FSWatcher | undefined;
    try {
      const name = path.basename(this.#file);
      watcher = fs.watch(path.dirname(this.#file), { persistent: false }, (_, changed) => {
        if (changed === name) look();
      });
      watcher.on('error', () => watcher?.close());
    } catch {
      // The timer looks.
    }
    return {
      close: () => {
        clearInterval(timer);
        watcher?.close();
      },
    };
  }
}
