// Times that no jump of a clock touches. Retries and backoffs are planned by `steady`, which begins as the site's time and then
// only counts. What the runtime says by the machine's clock is read as the site's time, and never as a time to come.
import type { Clock } from '#platform/clock';
import { RUNTIME_CLOCK_OFF_MS } from './limits.ts';

export interface SteadyTime {
  /** Milliseconds since 1970 as the agent started, plus what has passed since. */
  steady(): number;
  /** A moment that the runtime tells, by the site's time. 0 stays 0: it has not come yet. */
  siteTimeOf(runtimeMs: number): number;
}

/** `runtimeNow` is the clock that the runtime goes by. */
export function steadyTime(of: { readonly clock: Clock; runtimeNow(): number }): SteadyTime {
  const { clock, runtimeNow } = of;
  const startedMs = clock.now() - clock.monotonicMs();
  return {
    steady: () => startedMs + clock.monotonicMs(),
    siteTimeOf: (runtimeMs) => {
      if (runtimeMs <= 0) return 0;
      const now = clock.now();
      const offMs = now - runtimeNow();
      return Math.abs(offMs) < RUNTIME_CLOCK_OFF_MS ? runtimeMs : Math.min(now, runtimeMs + offMs);
    },
  };
}
