// Validation of priority classes.
import type { PriorityClass } from '../../generated/kinds.ts';
import { optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { USER_PRIORITY_MAX } from '../limits.ts';

const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export function validatePriorityClass(priorityClass: PriorityClass, to: Findings): void {
  const name = priorityClass.metadata?.name ?? '';
  const value = priorityClass.value ?? 0;
  if (name.startsWith('system-')) {
    if (SYSTEM_CLASSES[name] !== value)
      to.forbidden('metadata.name', "priority class names with 'system-' prefix are reserved for system use only");
  } else if (value > USER_PRIORITY_MAX)
    to.forbidden('value', `maximum allowed value of a user defined priority is ${USER_PRIORITY_MAX}`);
  optionalOneOf(priorityClass.preemptionPolicy, ['Never', 'PreemptLowerPriority'], 'preemptionPolicy', to);
}

export function validatePriorityClassUpdate(now: PriorityClass, old: PriorityClass, to: Findings): void {
  if ((now.value ?? 0) !== (old.value ?? 0)) to.forbidden('value', 'may not be changed in an update.');
  if (now.preemptionPolicy !== old.preemptionPolicy)
    to.invalid('preemptionPolicy', now.preemptionPolicy, 'field is immutable');
}
