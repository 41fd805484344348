// Figures of a series of spans. Percentiles are nearest-rank over the sorted series, the same rule in every program here.

export interface SpanFigures {
  readonly n: number;
  readonly p50_ms: number | null;
  readonly p90_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly max_ms: number | null;
  readonly mean_ms: number | null;
}

/** Cut to what the measurement can bear. */
export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

/** `share` is 0 to 1; null for an empty series. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? null : rounded(value);
}

export const median = (values: readonly number[]): number | null => percentile(values, 0.5);

export function spanFigures(spansMs: readonly number[]): SpanFigures {
  return {
    n: spansMs.length,
    p50_ms: percentile(spansMs, 0.5),
    p90_ms: percentile(spansMs, 0.9),
    p95_ms: percentile(spansMs, 0.95),
    p99_ms: percentile(spansMs, 0.99),
    max_ms: percentile(spansMs, 1),
    mean_ms: spansMs.length === 0 ? null : rounded(spansMs.reduce((sum, span) => sum + span, 0) / spansMs.length),
  };
}

/** Runs `act`, adds how long it took to `spansMs`, and hands on what it gave. */
export async function timed<T>(spansMs: number[], act: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const result = await act();
  spansMs.push(performance.now() - startMs);
  return result;
}
