// What a drill found, and the verdict: it has passed when every finding holds and everything stands as before.
import type { DrillName, DrillReport, DrillStep } from '#model/site';

export interface Finding {
  readonly holds: boolean;
  /** What was found, as a sentence without its full stop. */
  readonly what: string;
}

export function drillReport(of: {
  readonly drill: DrillName;
  readonly seed: number;
  readonly startedAt: string;
  readonly steps: readonly (DrillStep & { readonly holds: boolean })[];
  readonly figures: Readonly<Record<string, number>>;
  readonly restored: boolean;
}): DrillReport {
  const { drill, seed, startedAt, steps, figures, restored } = of;
  return {
    drill,
    seed,
    startedAt,
    steps: steps.map(({ at, what, holds, tookMs }) => ({ at, what: holds ? what : `failed: ${what}`, tookMs })),
    figures,
    verdict: restored && steps.length > 0 && steps.every(({ holds }) => holds) ? 'passed' : 'failed',
    restored,
  };
}
