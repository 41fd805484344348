// Requests that were sent all the while: not one may fail, and there must have been some of every kind.
import type { Finding } from './report.ts';

export interface AskedRequests {
  /** Over connections that stay, and over a new connection each. */
  readonly kept: number;
  readonly fresh: number;
  /** What those that failed said. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

/** Failures that are named; the rest is counted. */
const NAMED_MAX = 3;

export function requestsFinding({ kept, fresh, failures, slowestMs }: AskedRequests): Finding {
  const asked = `${kept} requests over a connection that stays and ${fresh} over new ones`;
  if (kept === 0 || fresh === 0) return { holds: false, what: `there were only ${asked}` };
  if (failures.length === 0)
    return { holds: true, what: `${asked}: all answered, the slowest in ${Math.round(slowestMs)} ms` };
  const named = [...new Set(failures)].slice(0, NAMED_MAX).join('; ');
  return { holds: false, what: `${failures.length} of ${asked} failed: ${named}` };
}
