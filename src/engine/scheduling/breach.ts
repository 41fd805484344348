// Whether one more pod would cost the site the loss of a node that it could take until now, and the arithmetic that says so.
import { type Forecast, type ForecastView, forecastLoss, type ResourceSum } from './forecast.ts';
import type { PodInfo } from './pod-info.ts';

export interface Breach {
  /** The loss that would no longer be survived. */
  readonly forecast: Forecast;
  /** For people: who would not fit, and why. */
  readonly message: string;
}

/** Undefined when every loss is survived as well as before. `losses`: nodes of the site that may be lost. */
export function breachBy(
  view: ForecastView,
  pod: { readonly info: PodInfo; readonly on: string },
  losses: readonly string[],
): Breach | undefined {
  const then: ForecastView = { ...view, pods: [...view.pods, pod] };
  for (const loss of losses) {
    const forecast = forecastLoss(then, loss);
    const unfit = forecast.wouldNotFit.length;
    if (unfit > 0 && unfit > forecastLoss(view, loss).wouldNotFit.length)
      return { forecast, message: breachText(forecast) };
  }
  return undefined;
}

const NAMED_MAX = 3;

export function breachText({ loss, wouldNotFit, sums }: Forecast): string {
  const named = wouldNotFit
    .slice(0, NAMED_MAX)
    .map(({ namespace, name, reason }) => `${namespace}/${name} (${reason})`);
  const more = wouldNotFit.length > NAMED_MAX ? [`${wouldNotFit.length - NAMED_MAX} more`] : [];
  const short = sums.filter(({ resource }) =>
    wouldNotFit.some(({ reason }) => reason.includes(`Insufficient ${resource}`)),
  );
  const arithmetic = short.map((sum) => `${sum.resource}: ${sumText(sum)}`);
  return [`after the loss of ${loss} there would be no room for ${[...named, ...more].join(', ')}`, ...arithmetic].join(
    '; ',
  );
}

const GIBIBYTE = 2 ** 30;

function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return `${Math.round(amount / 10) / 100} cores`;
  return resource === 'memory' ? `${Math.round((amount / GIBIBYTE) * 10) / 10} GiB` : `${amount}`;
}

function sumText({ resource, allocatable, requestedThen }: ResourceSum): string {
  return `${amountText(resource, requestedThen)} of ${amountText(resource, allocatable)} taken by those that fit`;
}
