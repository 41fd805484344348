// A nightly job runs every night while the site runs, once for each time, and never in a storm. What Kubernetes promises is less: after a
// clock that jumped, or a power-off, what was missed is caught up with one run, and a clock that was put back waits for what it has run
// already, for two days at the most.
import type { Life } from '../run.ts';
import { DAY_MS, HOUR_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

export function cron({ shared, site }: Life): Checker {
  /** When something last happened that may make a run late, or come again. */
  let troubledMs = shared.nowMs;
  let lastRunMs = shared.nowMs;
  let day = 0;
  let runs = 0;
  let reasons = 1;
  const seen = new Set<string>();
  return {
    name: 'cron',
    saw(observation) {
      const today = Math.floor(shared.nowMs / DAY_MS);
      if (today !== day) [day, runs, reasons] = [today, 0, 1];
      if (['replanned', 'started', 'booted'].includes(observation.kind)) {
        troubledMs = shared.nowMs;
        reasons++;
      }
      // Then the same times come again.
      if (observation.kind === 'replanned' && observation.byMs < 0) seen.clear();
      if (observation.kind === 'started') seen.clear();
      if (observation.kind === 'cron' && observation.name === 'nightly') {
        lastRunMs = shared.nowMs;
        if (!observation.isNew) return undefined;
        runs++;
        const key = String(observation.scheduledMs);
        if (seen.has(key)) return `it ran twice for ${new Date(observation.scheduledMs).toISOString()}`;
        seen.add(key);
        if (runs > 1 + reasons) return `${runs} runs in a day, for ${reasons} reasons`;
      }
      if (observation.kind !== 'step' || !site.view()) return undefined;
      const quietMs = shared.nowMs - Math.max(troubledMs, lastRunMs);
      return quietMs > 3 * DAY_MS ? `no run for ${Math.round(quietMs / HOUR_MS)} h` : undefined;
    },
  };
}
