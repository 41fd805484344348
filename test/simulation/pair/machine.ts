// A machine of a simulated pair, and its processes. A process acts only when a timer or a message reaches it; one that stands still
// finds everything that came meanwhile when it goes on, and one that has ended finds nothing ever.
import type { Random } from '#base';
import type { Clock, Timer } from '#platform/clock';
import type { Timeline } from './timeline.ts';

/** Boot time does not begin at nought, so that nobody takes nought for "never". */
const BOOTED_FOR_MS = 20_000;
/** What waited for a process that stood still reaches it this long one after the other, at most. */
const CATCH_UP_MS = 1;

export interface MachineOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly random: Random;
  /** Milliseconds of its boot clock to a true one. */
  readonly rate: number;
}

export class Machine {
  readonly name: string;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly rate: number;
  powered = true;
  /** Whom its kernel refuses; kept over restarts. */
  refuses: ReadonlySet<string> = new Set();
  #frozen = false;
  #bootedMs = -BOOTED_FOR_MS;
  readonly #processes = new Set<Process>();

  constructor({ name, timeline, random, rate }: MachineOptions) {
    this.name = name;
    this.timeline = timeline;
    this.random = random;
    this.rate = rate;
  }

  get runs(): boolean {
    return this.powered && !this.#frozen;
  }

  bootMs(): number {
    return (this.timeline.nowMs - this.#bootedMs) * this.rate;
  }

  /** `of`: product code leaves promises behind, which are to be settled; what is only modelled leaves none. */
  start(of: 'product' | 'model' = 'model'): Process {
    const process = new Process(this, of);
    this.#processes.add(process);
    return process;
  }

  forget(process: Process): void {
    this.#processes.delete(process);
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const process of this.#processes) process.catchUp();
  }

  powerOff(): void {
    this.powered = false;
    this.#frozen = false;
    for (const process of [...this.#processes]) process.end();
  }

  powerOn(): void {
    this.powered = true;
    this.#bootedMs = this.timeline.nowMs - 1_000;
  }
}

export class Process {
  readonly machine: Machine;
  alive = true;
  #frozen = false;
  #waiting: (() => void)[] = [];

  readonly #of: 'product' | 'model';

  constructor(machine: Machine, of: 'product' | 'model') {
    this.machine = machine;
    this.#of = of;
  }

  get runs(): boolean {
    return this.alive && !this.#frozen && this.machine.runs;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Now, or when it goes on. */
  deliver(act: () => void): void {
    if (!this.alive) return;
    if (!this.runs) {
      this.#waiting.push(act);
      return;
    }
    if (this.#of === 'product') this.machine.timeline.touch();
    act();
  }

  after(ms: number, act: () => void): Timer {
    const { timeline, rate } = this.machine;
    let isCancelled = false;
    const planned = timeline.after(ms / rate, () =>
      this.deliver(() => {
        if (!isCancelled) act();
      }),
    );
    return {
      cancel: () => {
        isCancelled = true;
        planned.cancel();
      },
    };
  }

  /** Again and again, until it ends. */
  every(ms: number, act: () => void): void {
    this.after(ms, () => {
      act();
      this.every(ms, act);
    });
  }

  get clock(): Clock {
    return {
      now: () => this.machine.bootMs(),
      monotonicMs: () => this.machine.bootMs(),
      after: (ms, act) => this.after(ms, act),
      sleep: (ms) => new Promise((resolve) => this.after(ms, resolve)),
    };
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    this.catchUp();
  }

  catchUp(): void {
    if (!this.runs) return;
    const { timeline, random } = this.machine;
    let inMs = 0;
    for (const act of this.#waiting.splice(0)) {
      inMs += random.next() * CATCH_UP_MS;
      timeline.after(inMs, () => this.deliver(act));
    }
  }

  end(): void {
    this.alive = false;
    this.#waiting = [];
    this.machine.forget(this);
  }
}
