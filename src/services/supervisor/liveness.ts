// Asks one process again and again whether it lives. One question is under way at a time: while its answer is due, the process
// is looked at, and the plan decides from what is seen whether it is hung. No file is written.
import type { Clock, Timer } from '#platform/clock';
import type { ProcessIdentity, ProcessWaits } from '#platform/process';
import { LIVENESS_MS } from './limits.ts';
import { type LivenessLook, type LivenessState, planLiveness } from './liveness.plan.ts';

export interface LivenessWatch {
  close(): void;
}

export interface LivenessOptions {
  readonly clock: Clock;
  /** Who is asked, each time anew; undefined while nobody is there to be asked. */
  identity(): ProcessIdentity | undefined;
  answers(): Promise<void>;
  /** What the process waits for, and has waited since `before`. */
  waits(pid: number, before?: ProcessWaits): ProcessWaits;
  /** Told once, then the watch has ended. */
  hung(identity: ProcessIdentity, silentMs: number): void;
}

export function watchLiveness(options: LivenessOptions): LivenessWatch {
  const { clock } = options;
  let timer: Timer | undefined;
  let closed = false;
  const next = (act: (plannedAtMs: number) => void): void => {
    const plannedAtMs = clock.monotonicMs() + LIVENESS_MS;
    if (!closed) timer = clock.after(LIVENESS_MS, () => act(plannedAtMs), { background: true });
  };
  const ask = (): void => {
    const identity = options.identity();
    if (!identity) return void next(ask);
    let answer: LivenessLook['answer'] = 'due';
    let state: LivenessState = { silentMs: 0, lookedAtMs: clock.monotonicMs() };
    let waits = options.waits(identity.pid);
    options.answers().then(
      () => {
        answer = 'given';
      },
      () => {
        answer = 'not reached';
      },
    );
    const look = (plannedAtMs: number): void => {
      const now = options.waits(identity.pid, waits);
      const { starvedMs, blocked } = now;
      const plan = planLiveness(state, { nowMs: clock.monotonicMs(), plannedAtMs, answer, starvedMs, blocked });
      waits = now;
      state = plan.state;
      if (plan.hung) options.hung(identity, state.silentMs);
      else if (answer === 'due') next(look);
      else ask();
    };
    next(look);
  };
  next(ask);
  return {
    close: () => {
      closed = true;
      timer?.cancel();
    },
  };
}
