// A site that can reach its hub is connected within a quarter of an hour, whatever kept it away before, and it never dials in a storm.
import type { Life } from '../run.ts';
import { MINUTE_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

const WINDOW_MS = 10 * MINUTE_MS;
/** With pauses from two and a half seconds on that double, and a new identity or a short cut now and then. */
const DIALS_A_WINDOW = 40;

export function dials({ shared, site, hub, outside }: Life): Checker {
  /** Since when nothing stands between site and hub. */
  let freeMs: number | undefined;
  let contactMs = 0;
  let times: number[] = [];
  return {
    name: 'dials',
    saw(observation) {
      const { nowMs } = shared;
      if (observation.kind === 'contact' || observation.kind === 'pending') contactMs = nowMs;
      if (observation.kind === 'dialled') {
        times = [...times.filter((atMs) => nowMs - atMs < WINDOW_MS), nowMs];
        if (times.length > DIALS_A_WINDOW) return `it dialled ${times.length} times within 10 minutes`;
      }
      // What is dialled in vain in a quiet stretch is told at its end.
      if (observation.kind === 'started' || observation.kind === 'step') times = outside.linkIsUp ? times : [];
      if (observation.kind === 'started') freeMs = undefined;
      if (observation.kind !== 'step') return undefined;
      const isFree =
        site.isRunning &&
        site.isJoined &&
        outside.linkIsUp &&
        hub.isUp &&
        outside.loss < 0.1 &&
        site.identity !== undefined;
      if (!isFree) freeMs = undefined;
      else freeMs ??= nowMs;
      if (freeMs === undefined) return undefined;
      const awayMs = nowMs - Math.max(freeMs, contactMs);
      return awayMs > 15 * MINUTE_MS
        ? `it can reach its hub, and did not for ${Math.round(awayMs / MINUTE_MS)} min`
        : undefined;
    },
  };
}
