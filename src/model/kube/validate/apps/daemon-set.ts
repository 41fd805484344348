// Validation of daemon sets.
import type { DaemonSet } from '../../generated/kinds.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { countOrPercent, isZeroCount } from '../numbers.ts';
import { selectorFixed, validateSelecting } from './workload.ts';

export function validateDaemonSet(set: DaemonSet, to: Findings): void {
  if (!set.spec) {
    to.required('spec');
    return;
  }
  validateSelecting(set.spec, to);
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  oneOf(type, ['OnDelete', 'RollingUpdate'], 'spec.updateStrategy.type', to);
  const at = 'spec.updateStrategy.rollingUpdate';
  countOrPercent(rollingUpdate?.maxUnavailable, `${at}.maxUnavailable`, to);
  countOrPercent(rollingUpdate?.maxSurge, `${at}.maxSurge`, to);
  if (!rollingUpdate) return;
  const surges = !isZeroCount(rollingUpdate.maxSurge ?? 0);
  const yields = !isZeroCount(rollingUpdate.maxUnavailable ?? 0);
  if (!surges && !yields) to.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
  if (surges && yields)
    to.invalid(`${at}.maxSurge`, rollingUpdate.maxSurge, 'may not be set when maxUnavailable is non-zero');
}

export function validateDaemonSetUpdate(set: DaemonSet, old: DaemonSet, to: Findings): void {
  selectorFixed(set.spec, old.spec, to);
}
