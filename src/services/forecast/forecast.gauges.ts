// The forecast as numbers, for whoever watches the site by its metrics.
import type { PairForecast } from '#model/site';

interface Gauge {
  readonly name: string;
  readonly help: string;
  read(): Iterable<readonly [labels: string, value: number]>;
}

export const forecastGauges = (told: () => PairForecast | undefined): readonly Gauge[] => [
  {
    name: 'holdfast_forecast_survives',
    help: 'Whether every pod would have a place after the loss of this node: 1 or 0.',
    read: () => (told()?.losses ?? []).map(({ node, survives }) => [`node="${node}"`, survives ? 1 : 0] as const),
  },
  {
    name: 'holdfast_forecast_unfit_pods',
    help: 'Pods that would have no place after the loss of this node, those that lack a device included.',
    read: () =>
      (told()?.losses ?? []).map(
        ({ node, wouldNotFit, more }) => [`node="${node}"`, wouldNotFit.length + more.wouldNotFit] as const,
      ),
  },
];
