// Validation of deployments.
import type { Deployment } from '../../generated/kinds.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { countOrPercent, isZeroCount, nonNegative } from '../numbers.ts';
import { selectorFixed, validateSelecting } from './workload.ts';

export function validateDeployment(deployment: Deployment, to: Findings): void {
  const spec = deployment.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  nonNegative(spec.replicas, 'spec.replicas', to);
  validateSelecting(spec, to);
  const { type, rollingUpdate } = spec.strategy ?? {};
  oneOf(type, ['Recreate', 'RollingUpdate'], 'spec.strategy.type', to);
  if (type === 'Recreate' && rollingUpdate)
    to.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'");
  const at = 'spec.strategy.rollingUpdate';
  countOrPercent(rollingUpdate?.maxUnavailable, `${at}.maxUnavailable`, to);
  countOrPercent(rollingUpdate?.maxSurge, `${at}.maxSurge`, to, { above100: true });
  if (rollingUpdate && isZeroCount(rollingUpdate.maxUnavailable) && isZeroCount(rollingUpdate.maxSurge))
    to.invalid(`${at}.maxUnavailable`, rollingUpdate.maxUnavailable, 'may not be 0 when `maxSurge` is 0');
  nonNegative(spec.progressDeadlineSeconds, 'spec.progressDeadlineSeconds', to);
  if (spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0))
    to.invalid('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds');
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment, to: Findings): void {
  selectorFixed(deployment.spec, old.spec, to);
}
