// What a start has done so far, for everybody who watches it, from the beginning.
import type { SitePhase, SupervisorAnswer } from '#model/site';
import type { Clock } from '#platform/clock';

export interface Progress {
  /** Does a step and tells that it is done, and how long it took. */
  step<T>(text: string, act: () => Promise<T>): Promise<T>;
  phase(phase: SitePhase, waitingFor: readonly string[]): void;
  /** The start cannot be finished: watchers are told, and nothing more. */
  fail(error: SupervisorAnswer): void;
  /** Everything told so far, then what comes; ends after Ready. */
  watch(): AsyncGenerator<SupervisorAnswer>;
}

export function makeProgress(clock: Clock): Progress {
  const told: SupervisorAnswer[] = [];
  let phaseNow: SupervisorAnswer = { kind: 'phase', phase: 'Starting', waitingFor: [] };
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    async step(text, act) {
      const started = clock.monotonicMs();
      const result = await act();
      told.push({ kind: 'step', step: text, tookMs: Math.round(clock.monotonicMs() - started) });
      wake();
      return result;
    },
    phase: (phase, waitingFor) => {
      phaseNow = { kind: 'phase', phase, waitingFor };
      wake();
    },
    fail: (error) => {
      phaseNow = error;
      wake();
    },
    async *watch() {
      let next = 0;
      let last: SupervisorAnswer | undefined;
      for (;;) {
        while (next < told.length) {
          const answer = told[next++];
          if (answer) yield answer;
        }
        if (last !== phaseNow) {
          last = phaseNow;
          yield last;
          if (last.kind === 'error' || (last.kind === 'phase' && last.phase === 'Ready')) return;
          continue;
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}
