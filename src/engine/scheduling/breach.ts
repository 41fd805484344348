// Whether one more pod would cost the site the loss of a node that it could take until now, or ask for more than the nodes' budget, and the
// arithmetic that says so.
import { nodeBudget } from './budget.ts';
import { type Forecast, type ForecastView, forecastLoss, type ResourceSum } from './forecast.ts';
import type { PodInfo } from './pod-info.ts';
import { amountText } from './pod-requests.ts';
import type { VolumeView } from './volume-filter.ts';

export interface Breach {
  /** For people, each a clause: who would not fit and why, then the arithmetic. */
  readonly clauses: readonly string[];
  /** It is the budget that has no more, though everybody would have a place. */
  readonly isBudget: boolean;
}

export interface NewPod {
  readonly info: PodInfo;
  /** The Kubernetes node where it would be. */
  readonly on: string;
  /** Volumes as they would be then, where they would differ. */
  readonly volumes?: VolumeView;
}

/** Undefined when every loss is survived as well as before. `losses`: nodes of the site that may be lost. */
export function breachBy(view: ForecastView, pod: NewPod, losses: readonly string[]): Breach | undefined {
  const then: ForecastView = {
    ...view,
    pods: [...view.pods, pod],
    volumes: pod.volumes ?? view.volumes,
  };
  for (const loss of losses) {
    const forecast = forecastLoss(then, loss);
    const unfit = unfitCount(forecast);
    if (unfit > 0 && unfit > unfitCount(forecastLoss(view, loss)))
      return { clauses: breachClauses(forecast), isBudget: false };
  }
  return undefined;
}

/** Undefined when the pod asks for nothing that the budget of all nodes does not have. */
export function budgetBreachBy(view: ForecastView, { info }: NewPod, percent: number): Breach | undefined {
  for (const { resource, requested, allowed, allocatable } of nodeBudget(view, percent)) {
    const more = info.requests.get(resource) ?? 0;
    if (more === 0 || requested + more <= allowed) continue;
    const text = (amount: number): string => amountText(resource, amount);
    return {
      isBudget: true,
      clauses: [
        `pods may ask for ${percent} percent of each node while both are there, so that one can take over from the other`,
        `${resource}: ${text(requested)} asked for so far, ${text(more)} more by this pod, of ${text(allowed)} (the nodes have ${text(allocatable)} in all)`,
      ],
    };
  }
  return undefined;
}

/** Who lacks a device counts for nobody else. */
const unfitCount = ({ wouldNotFit }: Forecast): number => wouldNotFit.filter(({ device }) => !device).length;

const NAMED_MAX = 3;

/** Who would not fit and why, then the arithmetic. */
export function breachClauses({ loss, wouldNotFit, sums }: Forecast): string[] {
  const unfit = wouldNotFit.filter(({ device }) => !device);
  const named = unfit
    .slice(0, NAMED_MAX)
    .map(({ namespace, name, reason }) => ({ pod: `${namespace}/${name}`, reason }));
  const more = unfit.length > NAMED_MAX ? [`${unfit.length - NAMED_MAX} more`] : [];
  const short = sums.filter(({ resource }) => unfit.some(({ reason }) => reason.includes(`Insufficient ${resource}`)));
  return [
    `after the loss of ${loss} there would be no room for ${[...named.map(({ pod }) => pod), ...more].join(', ')}`,
    ...named.map(({ pod, reason }) => `${pod}: ${reason}`),
    ...short.map(sumText),
  ];
}

function sumText({ resource, allocatable, requestedThen }: ResourceSum): string {
  return `${resource}: ${amountText(resource, requestedThen)} asked for then, of ${amountText(resource, allocatable)} that are left`;
}
