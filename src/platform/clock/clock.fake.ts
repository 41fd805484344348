// A clock that stands still until a test moves it; due timers run in order as it moves.
import type { Clock } from './clock.ts';

export interface FakeClock extends Clock {
  /** Moves wall clock and boot time forward, running due timers in order of their time. */
  advance(ms: number): Promise<void>;
  /** Makes the wall clock jump without any time passing, and tells who asked. With `leewayMs`, credentials may be judged by
   * the time before for that long. */
  jump(ms: number, options?: { readonly leewayMs?: number }): void;
}

export function fakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let wall = startMs;
  let boot = 0;
  let serial = 0;
  let leeway = { by: 0, until: 0 };
  const listeners = new Set<() => void>();
  const timers = new Map<number, { due: number; act: () => void }>();
  const after: Clock['after'] = (ms, act) => {
    const id = ++serial;
    timers.set(id, { due: boot + ms, act });
    return { cancel: () => void timers.delete(id) };
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => wall,
    monotonicMs: () => boot,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, () => resolve())),
    jump: (ms, { leewayMs = 0 } = {}) => {
      wall += ms;
      leeway = { by: ms, until: boot + leewayMs };
      for (const act of [...listeners]) act();
    },
    judgedBetween: () => {
      const by = boot < leeway.until ? leeway.by : 0;
      return { earliestMs: wall - Math.max(0, by), latestMs: wall - Math.min(0, by) };
    },
    onJump: (act) => {
      listeners.add(act);
      return { close: () => void listeners.delete(act) };
    },
    async advance(ms) {
      const end = boot + ms;
      for (;;) {
        await settle();
        const next = [...timers].filter(([, t]) => t.due <= end).sort((a, b) => a[1].due - b[1].due || a[0] - b[0])[0];
        if (!next) break;
        timers.delete(next[0]);
        wall += next[1].due - boot;
        boot = next[1].due;
        next[1].act();
      }
      wall += end - boot;
      boot = end;
      await settle();
    },
  };
}
