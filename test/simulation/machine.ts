// The machine under a simulated site: an oscillator that drifts, a system clock that anybody can set, and a clock chip that runs on while
// the power is off, runs on wrongly, or has lost its battery and starts anew each time.
import type { ClockReading } from '#engine/clock';

export type Chip =
  /** Runs on, this much off the truth. */
  | { readonly kind: 'running'; readonly errorMs: number }
  /** Says this at every start. */
  | { readonly kind: 'dead'; readonly saysMs: number };

export class Machine {
  chip: Chip = { kind: 'running', errorMs: 0 };
  #boot = 0;
  #bootedMs = 0;
  #systemMinusBootMs = 0;
  readonly #drift: number;

  /** `drift`: how much faster than the truth the oscillator runs. */
  constructor(drift: number, nowMs: number) {
    this.#drift = drift;
    this.boot(nowMs);
  }

  boot(nowMs: number): void {
    this.#boot++;
    this.#bootedMs = nowMs;
    this.#systemMinusBootMs = this.chip.kind === 'dead' ? this.chip.saysMs : nowMs + this.chip.errorMs;
  }

  reading(nowMs: number): ClockReading {
    const bootMs = Math.round((nowMs - this.#bootedMs) * (1 + this.#drift));
    return { bootId: `boot-${this.#boot}`, bootMs, systemMs: bootMs + this.#systemMinusBootMs };
  }

  setSystem(nowMs: number, toMs: number): void {
    this.#systemMinusBootMs = Math.max(0, toMs) - this.reading(nowMs).bootMs;
  }
}
