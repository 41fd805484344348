// Validation of replica sets.
import type { ReplicaSet } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';
import { nonNegative } from '../numbers.ts';
import { selectorFixed, validateSelecting } from './workload.ts';

export function validateReplicaSet(set: ReplicaSet, to: Findings): void {
  if (!set.spec) {
    to.required('spec');
    return;
  }
  nonNegative(set.spec.replicas, 'spec.replicas', to);
  validateSelecting(set.spec, to);
}

export function validateReplicaSetUpdate(set: ReplicaSet, old: ReplicaSet, to: Findings): void {
  selectorFixed(set.spec, old.spec, to);
}
