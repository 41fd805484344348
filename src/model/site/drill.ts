// Drills: which there are, what one reports, and what is written down before it changes anything.

/** Of a site of two nodes. */
export const PAIR_DRILL_NAMES = ['node-loss', 'wire-cut', 'witness-loss'] as const;
export type PairDrillName = (typeof PAIR_DRILL_NAMES)[number];
export const DRILL_NAMES = ['link-loss', 'certificate-expiry', 'clock-jump', ...PAIR_DRILL_NAMES] as const;
export type DrillName = (typeof DRILL_NAMES)[number];

export const isPairDrill = (drill: DrillName): drill is PairDrillName =>
  PAIR_DRILL_NAMES.some((name) => name === drill);

/** One thing that was done or looked at. What did not hold begins with "failed: ". */
export interface DrillStep {
  /** RFC 3339, by the site's time. */
  readonly at: string;
  readonly what: string;
  readonly tookMs: number;
}

/** `drill run --json`; what people and programs outside rely on. */
export interface DrillReport {
  readonly drill: DrillName;
  readonly seed: number;
  readonly startedAt: string;
  readonly steps: readonly DrillStep[];
  /** Spans, by names that end with `Ms`. */
  readonly figures: Readonly<Record<string, number>>;
  readonly verdict: 'passed' | 'failed';
  /** Whether everything that the drill changed stands as before. */
  readonly restored: boolean;
}

/** A process, told from others that had its number. */
export interface DrillOwner {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

/** What holdfastd keeps on disk while a drill runs. */
export interface DrillRecord {
  readonly version: 1;
  readonly drill: DrillName;
  /** The command that runs it; when that is gone, everything is put back. */
  readonly owner: DrillOwner;
}

/** Where a drill writes in Kubernetes; taken away when everything is put back. */
export const DRILL_NAMESPACE = 'holdfast-drill';

/** No fault of a drill lasts longer: the drill is given up and put back then. The longest waits a minute for the hub's word. */
export const DRILL_MS_MAX = 180_000;
