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
