// A machine with a clock chip, an oscillator and a true time, for tests of the site's clock.

import { persistedClock } from './line.ts';
import { clockStart } from './start.ts';
import type { ClockAction, ClockEvent, ClockReading, ClockState } from './state.ts';
import { clockStep } from './step.ts';

export const DAY_MS = 86_400_000;
export const YEAR_MS = 365.25 * DAY_MS;
export const START_MS = Date.UTC(2026, 11, 1);

export class TrialMachine {
  trueMs = START_MS;
  bootMs = 0;
  /** What the system clock is off the truth. */
  systemOffMs = 0;
  /** How much faster boot time and system clock run than the truth. */
  driftShare = 0;
  saved: ClockState | undefined;
  state!: ClockState;
  actions: ClockAction[] = [];
  #boots = 0;

  reading(): ClockReading {
    return { bootId: `boot-${this.#boots}`, bootMs: this.bootMs, systemMs: this.trueMs + this.systemOffMs };
  }
  #take(step: { state: ClockState; actions: readonly ClockAction[] }): void {
    this.state = step.state;
    this.actions = [...step.actions];
    if (step.actions.some((action) => action.do === 'save')) this.saved = persistedClock(step.state, this.reading());
  }
  /** The machine has started, five seconds ago; the clock says `systemMs`, or is off as before. */
  boot(systemMs?: number): this {
    this.#boots++;
    this.bootMs = 5_000;
    if (systemMs === undefined) this.trueMs += this.bootMs;
    if (systemMs !== undefined) this.systemOffMs = systemMs - this.trueMs;
    this.#take(clockStart(this.saved, this.reading()));
    return this;
  }
  /** holdfastd ends and starts again, in the same boot. */
  restart(): this {
    this.#take(clockStart(this.saved, this.reading()));
    return this;
  }
  on(event: ClockEvent): this {
    this.#take(clockStep(this.state, event, this.reading()));
    return this;
  }
  run(ms: number): this {
    this.trueMs += ms;
    this.bootMs += ms * (1 + this.driftShare);
    this.systemOffMs += ms * this.driftShare;
    return this.on({ kind: 'look' });
  }
  /** Time passes while it is off: the state is what was written down. */
  off(ms: number, options: { orderly: boolean } = { orderly: true }): this {
    if (options.orderly) this.saved = persistedClock(this.state, this.reading());
    this.trueMs += ms;
    return this;
  }
  stepSystem(byMs: number): this {
    this.systemOffMs += byMs;
    return this.on({ kind: 'look' });
  }
  sample(source: 'hub' | 'ntp' | 'peer' | 'bundle', offMs = 0, uncertaintyMs = 100): this {
    return this.on({ kind: 'sample', source, timeMs: this.trueMs + offMs, uncertaintyMs });
  }
  get told(): string[] {
    return this.actions.flatMap((action) => (action.do === 'tell' ? [action.reason] : []));
  }
}
