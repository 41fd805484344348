// The door of the scheduling engine.
export { type Breach, breachBy, breachClauses, budgetBreachBy } from './breach.ts';
export { type BudgetSum, nodeBudget } from './budget.ts';
export { claimsOnceOn } from './claims-once-on.ts';
export { type Cluster, cluster, type NodeInfo } from './cluster.ts';
export { type Forecast, type ForecastView, forecastLoss, isDaemon, STAYS_ANNOTATION } from './forecast.ts';
export { podAcceptsNode } from './node-affinity.ts';
export { type NamespaceLabels, type PodInfo, podInfo } from './pod-info.ts';
export { type Amounts, amountOf, amountText, podRequests } from './pod-requests.ts';
export { type Move, planMove } from './rebalance.ts';
export { type SchedulingDecision, schedulePod } from './schedule.ts';
export { OUT_OF_SERVICE, tolerates, untoleratedTaint } from './tolerations.ts';
export {
  isFullyBound,
  selectedNodeAnnotation,
  type VolumeDecision,
  type VolumeView,
} from './volume-filter.ts';
export { classOfClaim, findVolume, isReservedFor } from './volume-match.ts';
