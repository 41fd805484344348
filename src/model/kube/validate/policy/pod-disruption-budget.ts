// Validation of disruption budgets.
import type { PodDisruptionBudget } from '../../generated/kinds.ts';
import { optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { labelSelector } from '../label-selector.ts';
import { countOrPercent } from '../numbers.ts';

export function validatePodDisruptionBudget(budget: PodDisruptionBudget, to: Findings): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = budget.spec ?? {};
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    to.invalid('spec', budget.spec, 'minAvailable and maxUnavailable cannot be both set');
  countOrPercent(minAvailable, 'spec.minAvailable', to);
  countOrPercent(maxUnavailable, 'spec.maxUnavailable', to);
  labelSelector(selector, 'spec.selector', to);
  optionalOneOf(unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget'], 'spec.unhealthyPodEvictionPolicy', to);
}
