// The forecast of the pair as it is told: per node what its loss would cost, bounded, with the budget.
import { type Forecast, forecastLoss, nodeBudget } from '#engine/scheduling';
import type { ForecastBreach, LossForecast, PairForecast } from '#model/site';
import { NAMED_MAX } from './limits.ts';
import type { Looked } from './live-view.ts';

export interface ForecastSettings {
  readonly breach: ForecastBreach;
  readonly budgetPercent: number;
}

export interface Worked {
  readonly told: PairForecast;
  readonly forecasts: readonly Forecast[];
}

/** `nodes`: of the pair. A loss is survived only where another node is there. */
export function pairForecast(
  { view, there, whole }: Looked,
  nodes: readonly string[],
  { breach, budgetPercent }: ForecastSettings,
): Worked {
  const forecasts = nodes.map((node) => forecastLoss(view, node));
  const losses = forecasts.map((forecast) => {
    const isCovered = nodes.some((other) => other !== forecast.loss && there.has(other));
    return toldLoss(forecast, forecast.survives && isCovered);
  });
  return { told: { whole, breach, budgetPercent, budget: nodeBudget(view, budgetPercent), losses }, forecasts };
}

function toldLoss({ loss, wouldNotFit, wouldEnd, sums }: Forecast, survives: boolean): LossForecast {
  const named = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;
  return {
    node: loss,
    survives,
    resources: sums,
    // Those that lack more than a device come first: they are what is to be mended.
    wouldNotFit: [...wouldNotFit]
      .sort((a, b) => Number(a.device !== undefined) - Number(b.device !== undefined))
      .slice(0, NAMED_MAX)
      .map((pod) => ({
        pod: named(pod),
        lossOf: loss,
        reason: pod.reason,
        ...(pod.device !== undefined && { device: pod.device }),
      })),
    wouldEnd: wouldEnd.slice(0, NAMED_MAX).map(named),
    more: {
      wouldNotFit: Math.max(0, wouldNotFit.length - NAMED_MAX),
      wouldEnd: Math.max(0, wouldEnd.length - NAMED_MAX),
    },
  };
}
