// Adds up what a site uses, an hour a record. Only time in which somebody looked is counted: a site that was off used nothing.
// The documents bill by order and not by use; these sums are for whoever wants to see, at the site or at its hub.
import { type UsageBody, usageSum } from '../usage-sum.ts';

export interface ClusterUse {
  readonly vcpus: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

export interface Use {
  readonly clusters: Readonly<Record<string, ClusterUse>>;
  readonly imageBytes: number;
}

const HOUR_MS = 3_600_000;
const GIB = 1024 ** 3;

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
const hourOf = (timeMs: number): number => Math.floor(timeMs / HOUR_MS);

/** What was used in `elapsedMs` that end at `now`. */
export function usageOf(use: Use, { now, elapsedMs }: { now: number; elapsedMs: number }): UsageBody {
  const hours = elapsedMs / HOUR_MS;
  const clusters = Object.entries(use.clusters).map(([name, { vcpus, memoryBytes, pods }]) => [
    name,
    {
      vcpuHours: rounded(vcpus * hours),
      memoryGibHours: rounded((memoryBytes / GIB) * hours),
      podHours: rounded(pods * hours),
    },
  ]);
  return {
    from: new Date(now - elapsedMs).toISOString(),
    to: new Date(now).toISOString(),
    seconds: Math.round(elapsedMs / 1000),
    clusters: Object.fromEntries(clusters),
    site: { imageGibHours: rounded((use.imageBytes / GIB) * hours) },
  };
}

export interface UsageStep {
  /** What is not told yet. */
  readonly open: UsageBody | undefined;
  /** What is told now: an hour that is over. */
  readonly closed: UsageBody | undefined;
}

/** Adds a piece to what is open; an hour is told when a piece of the next one comes. */
export function usageStep(open: UsageBody | undefined, piece: UsageBody): UsageStep {
  if (!open) return { open: piece, closed: undefined };
  const begun = hourOf(Date.parse(open.from));
  if (hourOf(Date.parse(piece.to) - 1) === begun) return { open: usageSum(open, piece), closed: undefined };
  return { open: piece, closed: open };
}
