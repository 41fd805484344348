// What the loss of each node of a pair would cost, as the site tells it: kube works it out, holdfastd and the command line pass it on.

/** What becomes of a pod that would break the forecast. */
export const FORECAST_BREACHES = ['refuse', 'warn'] as const;
export type ForecastBreach = (typeof FORECAST_BREACHES)[number];

/** A pod that would have no place after a loss. */
export interface UnfitPod {
  /** `namespace/name`. */
  readonly pod: string;
  /** The node whose loss it is. */
  readonly lossOf: string;
  /** Why nothing that is left takes it, in the scheduler's words. */
  readonly reason: string;
  /** The extended resource that it lacks, when that is all. */
  readonly device?: string;
}

/** Of `status`. */
export interface SiteForecast {
  /** By node: whether every pod but those that lack a device would have a place without it. */
  readonly survivesLossOf: Readonly<Record<string, boolean>>;
  readonly wouldNotFit: readonly UnfitPod[];
}

/** Thousandths of a core, bytes, or pieces. */
export interface ForecastSum {
  readonly resource: string;
  /** What the survivor has for pods, what is asked of it now, and what would be. */
  readonly allocatable: number;
  readonly requestedNow: number;
  readonly requestedThen: number;
}

export interface LossForecast {
  readonly node: string;
  readonly survives: boolean;
  readonly resources: readonly ForecastSum[];
  readonly wouldNotFit: readonly UnfitPod[];
  /** Pods that nobody makes anew, and those that say that they stay with their node; `namespace/name`. */
  readonly wouldEnd: readonly string[];
  /** How many of either are not named. */
  readonly more: { readonly wouldNotFit: number; readonly wouldEnd: number };
}

export interface PairForecast {
  /** Both nodes are there and take pods; while they are not, nothing is refused. */
  readonly whole: boolean;
  readonly breach: ForecastBreach;
  readonly budgetPercent: number;
  /** What pods may ask for in all while both nodes are there, and what they do. */
  readonly budget: readonly {
    readonly resource: string;
    readonly allocatable: number;
    readonly allowed: number;
    readonly requested: number;
  }[];
  readonly losses: readonly LossForecast[];
}

export const siteForecast = ({ losses }: PairForecast): SiteForecast => ({
  survivesLossOf: Object.fromEntries(losses.map(({ node, survives }) => [node, survives])),
  wouldNotFit: losses.flatMap(({ wouldNotFit }) => wouldNotFit),
});
