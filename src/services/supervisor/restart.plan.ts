// Decides when a process that died is started again.
//
//   died | deaths in a row                    start after
//   -----+------------------------------------+----------------------------------------
//   any  | ran for STABLE_AFTER_MS: 1         | 100 ms
//   any  | else one more                      | 100 ms, doubled a death, at most 30 s
import { backoffDelayMs } from '#base';
import { RESTART_BACKOFF, STABLE_AFTER_MS, UNSTABLE_DEATHS } from './limits.ts';

export interface RestartPlan {
  readonly deaths: number;
  readonly afterMs: number;
  /** It keeps dying. */
  readonly unstable: boolean;
}

export function planRestart(of: { readonly deaths: number; readonly ranMs: number }): RestartPlan {
  const deaths = of.ranMs >= STABLE_AFTER_MS ? 1 : of.deaths + 1;
  return { deaths, afterMs: backoffDelayMs(RESTART_BACKOFF, deaths - 1), unstable: deaths >= UNSTABLE_DEATHS };
}
