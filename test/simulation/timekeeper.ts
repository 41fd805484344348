// Keeps the time of a simulated site as services/timekeeping does: the engine decides, this writes down what it says to write, at the
// same occasions. A system clock that is set is seen at once, where the product looks every second.
import { type ClockEvent, type ClockReading, type ClockState, RATCHET_EVERY_MS, siteTime } from '#engine/clock';
import type { Shared, Word } from './world.ts';

export class Timekeeper {
  readonly #shared: Shared;
  #state: ClockState;
  #savedBootMs = 0;
  /** Told when the site's time made a step. */
  onStep: () => void = () => undefined;

  /** Errors: Crash. */
  constructor(shared: Shared) {
    this.#shared = shared;
    const now = this.reading();
    const { state, actions } = shared.rules.clockStart(shared.disk.read<ClockState>('clock'), now);
    this.#state = state;
    this.#do(actions, now);
    this.take({ kind: 'look' });
  }

  get state(): ClockState {
    return this.#state;
  }

  reading(): ClockReading {
    return this.#shared.machine.reading(this.#shared.nowMs);
  }

  now(): number {
    return Math.round(siteTime(this.#state, this.reading()));
  }

  /** The times that credentials may be judged by. */
  between(): { readonly earliestMs: number; readonly latestMs: number } {
    const now = this.now();
    const { leeway } = this.#shared.rules.toldClock(this.#state, this.reading());
    return { earliestMs: now - (leeway?.backMs ?? 0), latestMs: now + (leeway?.aheadMs ?? 0) };
  }

  /** Errors: Crash. */
  take(event: ClockEvent): void {
    const now = this.reading();
    const { state, actions } = this.#shared.rules.clockStep(this.#state, event, now);
    this.#state = state;
    this.#do(actions, now);
    this.#setSystem();
  }

  /** Somebody says a time. Errors: Crash. */
  hear(word: Word): void {
    const { source, timeMs, uncertaintyMs } = word;
    this.#shared.see({ kind: 'sampled', ...word });
    this.take(source === 'operator' ? { kind: 'confirm', timeMs } : { kind: 'sample', source, timeMs, uncertaintyMs });
    this.#shared.see({ kind: 'took', ...word });
  }

  #setSystem(): void {
    const { rules, machine, nowMs, see, setsSystemClock } = this.#shared;
    const toMs = setsSystemClock ? rules.systemClockToSet(this.#state, this.reading()) : undefined;
    if (toMs === undefined) return;
    machine.setSystem(nowMs, toMs);
    see({ kind: 'system-set', toMs });
    this.take({ kind: 'look' });
  }

  #do(actions: ReturnType<Shared['rules']['clockStep']>['actions'], now: ClockReading): void {
    const { disk, rules, see } = this.#shared;
    const isSaveDue = now.bootMs - this.#savedBootMs >= RATCHET_EVERY_MS;
    if (isSaveDue || actions.some((action) => action.do === 'save')) {
      this.#savedBootMs = now.bootMs;
      disk.write('clock', rules.persistedClock(this.#state, now));
    }
    for (const action of actions) {
      if (action.do === 'tell') see({ kind: 'told', text: `${action.reason}: ${action.message}` });
      if (action.do !== 'replan') continue;
      see({ kind: 'replanned', byMs: action.byMs });
      this.onStep();
    }
  }
}
