// Decides when a process that runs is taken for hung. It is asked whether it lives; while its answer is due it is looked at, and
// the time that is nobody's fault but its own is counted as silence.
//
//   seen at a look                              | silence
//   --------------------------------------------+----------------------------------------------------------
//   it has answered                             | ends
//   the question did not reach it               | ends: it is starting or dying, which others notice
//   the look itself is late                     | ends: who looks was stopped too, or the machine was
//   it waits for a device                       | stays: to kill it would not help
//   it waited for a processor meanwhile         | grows by the rest of the time: a loaded machine hangs nobody
//   anything else (it is stopped, loops, waits) | grows by all of the time since the look before
import { LIVENESS_LATE_MS, LIVENESS_SILENCE_MS } from './limits.ts';

/** What is remembered of a process between two looks, on monotonic time. */
export interface LivenessState {
  readonly silentMs: number;
  readonly lookedAtMs: number;
}

export interface LivenessLook {
  readonly nowMs: number;
  /** When this look was meant to be. */
  readonly plannedAtMs: number;
  readonly answer: 'due' | 'given' | 'not reached';
  /** Part of the time since the last look in which it could have run and was given no processor. */
  readonly starvedMs: number;
  /** It waits for a disk or another device. */
  readonly blocked: boolean;
}

export interface LivenessPlan {
  readonly state: LivenessState;
  /** It is to be killed and started again. */
  readonly hung: boolean;
}

export function planLiveness(state: LivenessState, look: LivenessLook): LivenessPlan {
  const silentMs = silenceAfter(state, look);
  return { state: { silentMs, lookedAtMs: look.nowMs }, hung: silentMs >= LIVENESS_SILENCE_MS };
}

function silenceAfter(state: LivenessState, look: LivenessLook): number {
  const { nowMs, plannedAtMs, answer, starvedMs, blocked } = look;
  if (answer !== 'due' || nowMs - plannedAtMs > LIVENESS_LATE_MS) return 0;
  if (blocked) return state.silentMs;
  return state.silentMs + Math.max(0, nowMs - state.lookedAtMs - starvedMs);
}
