// What pods may ask for while every node is there, so that what is left after a loss can take them: a share of each node, of which all pods
// together may make use. How it is spread over the nodes is the forecast's to judge.
import type { ForecastView } from './forecast.ts';
import { amountOf } from './pod-requests.ts';

export interface BudgetSum {
  readonly resource: string;
  /** What pinned nodes have in all, what of it pods may ask for, and what they ask for. Thousandths of a core, or bytes. */
  readonly allocatable: number;
  readonly allowed: number;
  readonly requested: number;
}

const BUDGETED = ['cpu', 'memory'] as const;

export function nodeBudget({ nodes, pods }: ForecastView, percent: number): readonly BudgetSum[] {
  const pinned = nodes.filter(({ pinnedTo }) => pinnedTo !== undefined).map(({ node }) => node);
  const names = new Set(pinned.map(({ metadata }) => metadata?.name));
  const there = pods.filter(({ on }) => names.has(on));
  const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);
  return BUDGETED.map((resource) => {
    const allocatable = sum(
      pinned.map(({ status }) => amountOf(resource, (status?.allocatable ?? status?.capacity)?.[resource] ?? 0)),
    );
    return {
      resource,
      allocatable,
      allowed: Math.floor((allocatable * percent) / 100),
      requested: sum(there.map(({ info }) => info.requests.get(resource) ?? 0)),
    };
  });
}
