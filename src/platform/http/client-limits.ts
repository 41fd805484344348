// The limits of asking other servers.

/** Time that a server behind a forwarded request gets to begin its answer. */
export const FORWARD_ANSWER_MS_MAX = 60_000;
/** Time in which an answer that is no stream must be there, whole. */
export const ANSWER_MS_MAX = 60_000;
/** When a server counts as gone. */
export interface Patience {
  /** Time that making a connection may take. */
  readonly connectMs: number;
  /** How often a quiet connection is probed, and how long the probe may take: a dead peer is found within their sum. */
  readonly pingEveryMs: number;
  readonly pingMs: number;
}

export const USUAL_PATIENCE: Patience = { connectMs: 10_000, pingEveryMs: 15_000, pingMs: 10_000 };
/** For a server that may stand somewhere else from one moment to the next: found there within two seconds. */
export const SHORT_PATIENCE: Patience = { connectMs: 1_500, pingEveryMs: 500, pingMs: 1_400 };
