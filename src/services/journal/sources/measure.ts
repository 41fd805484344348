// Looks at the site every five minutes: usage goes into sums by the hour, telemetry into one record each time where it is wanted.
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Journal } from '../journal.ts';
import { MEASURE_EVERY_MS } from '../limits.ts';
import type { UsageBody } from '../usage-sum.ts';
import { type Use, usageOf, usageStep } from './usage.plan.ts';

export interface Measured {
  readonly use: Use;
  /** Of the processes, nodes, pods and conditions, as numbers and short texts. */
  readonly telemetry: Readonly<Record<string, unknown>>;
}

export interface Measuring {
  /** Tells what the open hour has so far. */
  stop(): Promise<void>;
}

export function startMeasuring(of: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  look(): Promise<Measured>;
  telemetryIsOn(): boolean;
}): Measuring {
  const { journal, clock, log } = of;
  let open: UsageBody | undefined;
  let lastMs = clock.monotonicMs();
  let timer: Timer | undefined;
  let stopped = false;

  const measure = async (): Promise<void> => {
    const { use, telemetry } = await of.look();
    if (stopped) return;
    const nowMs = clock.monotonicMs();
    // A machine that slept used nothing meanwhile.
    const elapsedMs = Math.min(nowMs - lastMs, 2 * MEASURE_EVERY_MS);
    lastMs = nowMs;
    const step = usageStep(open, usageOf(use, { now: clock.now(), elapsedMs }));
    open = step.open;
    if (step.closed) void journal.append('usage', step.closed);
    if (of.telemetryIsOn()) void journal.append('telemetry', telemetry);
  };
  const again = (): void => {
    timer = clock.after(
      MEASURE_EVERY_MS,
      () => {
        measure()
          .catch((error) => log.warn('the site could not be measured', { error }))
          .finally(() => stopped || again());
      },
      { background: true },
    );
  };
  again();
  return {
    async stop() {
      stopped = true;
      timer?.cancel();
      if (open) await journal.append('usage', open, { durable: true });
      open = undefined;
    },
  };
}
