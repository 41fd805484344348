// Keeps the site's time: feeds the engine with what the clocks say, with time servers' and the hub's word and with what the
// operator decides, and does what it answers. Time is decided before this returns, so whoever is started afterwards has it.
import { messageOf, WorldError } from '#base';
import {
  type ClockAction,
  type ClockEvent,
  type ClockReading,
  type ClockState,
  clockCondition,
  clockStart,
  clockStatus,
  clockStep,
  persistedClock,
  RATCHET_EVERY_MS,
  siteTime,
  systemClockToSet,
  type ToldClock,
  toldClock,
} from '#engine/clock';
import type { Timer } from '#platform/clock';
import { writeFileAtomic } from '#platform/disk';
import { askServers } from './ask-servers.ts';
import { readRecord, writeRecord } from './clock-record.ts';
import type { Timekeeper, TimekeepingOptions } from './contract.ts';
import { SETTLE_MS_MAX, TOLD_OFF_MS, WATCH_MS } from './limits.ts';

class Keeper {
  readonly #of: TimekeepingOptions;
  #state: ClockState;
  #told: ToldClock | undefined;
  #savedBootMs: number | undefined;
  #shiftMs = 0;

  constructor(of: TimekeepingOptions) {
    this.#of = of;
    const now = this.reading();
    const { state, actions } = clockStart(readRecord(of), now);
    this.#state = state;
    this.#do(actions, now);
    this.take({ kind: 'look' });
  }

  get state(): ClockState {
    return this.#state;
  }

  reading(): ClockReading {
    const reading = this.#of.reading();
    return { ...reading, systemMs: reading.systemMs + this.#shiftMs };
  }

  shiftSystem(byMs: number): void {
    this.#shiftMs = byMs;
    this.take({ kind: 'look' });
  }

  /** Errors: WorldError with what the engine refuses. */
  take(event: ClockEvent): void {
    const now = this.reading();
    const { state, actions } = clockStep(this.#state, event, now);
    this.#state = state;
    this.#do(actions, now);
    this.#setSystem(now);
  }

  save(now = this.reading()): void {
    const written = writeRecord(this.#of, persistedClock(this.#state, now));
    this.#savedBootMs = written ? now.bootMs : undefined;
  }

  #do(actions: readonly ClockAction[], now: ClockReading): void {
    const { log, event } = this.#of;
    // Everybody has the time before anybody is told of it.
    this.#tell(now);
    if (actions.some((action) => action.do === 'save') || this.#isSaveDue(now)) this.save(now);
    for (const action of actions) {
      if (action.do === 'tell') event(action);
      if (action.do === 'replan') log.info("the site's time made a step", { byMs: action.byMs });
      if (action.do === 'refuse') throw new WorldError(action.code, action.message, { cure: action.cure });
    }
  }

  #isSaveDue(now: ClockReading): boolean {
    return this.#savedBootMs !== undefined && now.bootMs - this.#savedBootMs >= RATCHET_EVERY_MS;
  }

  #tell(now: ClockReading): void {
    const told = toldClock(this.#state, now);
    // Other processes read the clock as it is, without a drill's shift.
    const next: ToldClock = {
      ...told,
      offsetMs: told.offsetMs + this.#shiftMs,
      systemMinusBootMs: told.systemMinusBootMs - this.#shiftMs,
    };
    const last = this.#told;
    const same =
      last &&
      Math.abs(last.offsetMs - next.offsetMs) < TOLD_OFF_MS &&
      Math.abs(last.systemMinusBootMs - next.systemMinusBootMs) < TOLD_OFF_MS &&
      last.leeway?.untilBootMs === next.leeway?.untilBootMs;
    if (same) return;
    try {
      writeFileAtomic(this.#of.clockFile, JSON.stringify(next));
      this.#told = next;
    } catch (error) {
      // Processes go on by boot time; it is tried at the next look.
      this.#of.log.warn("the site's time cannot be told to the other processes now", { error: messageOf(error) });
    }
  }

  #setSystem(now: ClockReading): void {
    const { settings, setSystem, log } = this.#of;
    // What a drill makes of the system clock is not what it says.
    if (this.#shiftMs !== 0) return;
    const timeMs = systemClockToSet(this.#state, now);
    if (!setSystem || timeMs === undefined || !settings().setSystemClock) return;
    setSystem(timeMs).catch((error: unknown) =>
      log.warn('the system clock cannot be set', { error: messageOf(error) }),
    );
  }
}

export function keepTime(of: TimekeepingOptions): Timekeeper {
  const keeper = new Keeper(of);
  let timer: Timer;
  const watch = (): void => {
    keeper.take({ kind: 'look' });
    timer = of.clock.after(WATCH_MS, watch, { background: true });
  };
  timer = of.clock.after(WATCH_MS, watch, { background: true });
  const now = (): number => siteTime(keeper.state, keeper.reading());
  const asker = askServers(of, {
    siteTime: now,
    agreed: ({ offsetMs, uncertaintyMs }) =>
      keeper.take({ kind: 'sample', source: 'ntp', timeMs: now() + offsetMs, uncertaintyMs }),
  });
  return {
    status: () => clockStatus(keeper.state, keeper.reading()),
    condition: () => clockCondition(keeper.state, keeper.reading()),
    confirm: (timeMs) => keeper.take({ kind: 'confirm', ...(timeMs !== undefined && { timeMs }) }),
    undo: () => keeper.take({ kind: 'undo' }),
    sample: (source, timeMs, roundTripMs) => {
      const wayMs = Math.max(0, roundTripMs) / 2;
      keeper.take({ kind: 'sample', source, timeMs: timeMs + wayMs, uncertaintyMs: wayMs });
    },
    shiftSystem: (byMs) => keeper.shiftSystem(byMs),
    settled: async () => {
      if (!keeper.state.doubt) return;
      let late: Timer | undefined;
      const tooLong = new Promise<void>((resolve) => {
        late = of.clock.after(SETTLE_MS_MAX, resolve);
      });
      await Promise.race([asker.once, tooLong]);
      late?.cancel();
    },
    close: () => {
      timer.cancel();
      asker.close();
      keeper.save();
    },
  };
}
