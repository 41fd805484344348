// What a state shows at a time, in the form in which `status`, the Kubernetes condition, the ConfigMap and the metric carry it.
import type { ConnectivityMode, Plane } from '#model/site';
import { type ConnectivityState, connectivityStep } from './connectivity.ts';
import { CONNECTIVITY_DEFAULTS, type ConnectivitySettings, DAY_MS } from './limits.ts';

export interface ConnectivityFacts {
  readonly mode: ConnectivityMode;
  readonly plane: Plane;
  /** Since when the mode is what it is, RFC 3339. */
  readonly since: string;
  readonly lastContact: string | null;
  readonly graceDaysLeft: number | null;
}

const timeText = (ms: number): string => new Date(ms).toISOString().replace(/\.[0-9]+Z$/, 'Z');

/** Days, rounded up, until the link counts as gone; 0 when it does, null for a site that was never activated. */
export function graceDaysLeft(
  state: ConnectivityState,
  now: number,
  settings: ConnectivitySettings = CONNECTIVITY_DEFAULTS,
): number | null {
  if (state.lastContactAt === null) return null;
  const elapsedMs = Math.max(0, now - state.lastContactAt);
  return Math.ceil(Math.max(0, settings.disconnectedAfterMs - elapsedMs) / DAY_MS);
}

/** As of `now`, whenever the state was written: a file of a process that has stood still for a year still tells the truth. */
export function connectivityFacts(
  state: ConnectivityState,
  now: number,
  settings: ConnectivitySettings = CONNECTIVITY_DEFAULTS,
): ConnectivityFacts {
  const { state: current } = connectivityStep(state, { kind: 'tick' }, now, settings);
  return {
    mode: current.mode,
    plane: current.plane,
    since: timeText(current.since),
    lastContact: current.lastContactAt === null ? null : timeText(current.lastContactAt),
    graceDaysLeft: graceDaysLeft(current, now, settings),
  };
}
