// Exponential backoff: how long to wait before attempt n, with a ceiling and optional jitter.

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly factor: number;
}

/** Delay before retry number `attempt` (0 is the first retry). `spread` in [0,1) adds up to 20 %. */
export function backoffDelayMs(backoff: Backoff, attempt: number, spread = 0): number {
  const raw = backoff.firstMs * backoff.factor ** Math.min(attempt, 60);
  return Math.round(Math.min(raw, backoff.maxMs) * (1 + 0.2 * spread));
}
