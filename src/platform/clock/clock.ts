// The door to time: wall clock, boot time and timers, so that tests can move them.

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall-clock time, milliseconds since 1970. May jump. */
  now(): number;
  /** Milliseconds that never go back; for measuring spans and deadlines. */
  monotonicMs(): number;
  /** Calls `act` once after `ms`. Keeps the process alive unless `background`. */
  after(ms: number, act: () => void, options?: { background?: boolean }): Timer;
  sleep(ms: number): Promise<void>;
  /** See {@link judgedBetween}. */
  judgedBetween?(): JudgedBetween;
  /** See {@link onJump}. */
  onJump?(act: () => void): { close(): void };
}

/** What credentials are judged by. */
export type WallClock = Pick<Clock, 'now' | 'judgedBetween'>;

export interface JudgedBetween {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** The times that a credential may be judged by. Both are now, but for a while after the wall clock jumped: then what was
 * valid by the time before stays so, and can be renewed instead of refused. */
export function judgedBetween(clock: WallClock): JudgedBetween {
  const now = clock.now();
  return clock.judgedBetween?.() ?? { earliestMs: now, latestMs: now };
}

/** Calls `act` when the wall clock has jumped: who planned by it plans again. Never called by a clock that cannot tell. */
export function onJump(clock: Clock, act: () => void): { close(): void } {
  return clock.onJump?.(act) ?? { close: () => undefined };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (ms, act, options) => {
    const timer = setTimeout(act, Math.min(ms, 2 ** 31 - 1));
    if (options?.background) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** RFC 3339 with whole seconds, the form of Kubernetes `Time`. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.[0-9]+Z$/, 'Z');
}

/** RFC 3339 with microseconds, the form of Kubernetes `MicroTime`. */
export function rfc3339Micro(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
