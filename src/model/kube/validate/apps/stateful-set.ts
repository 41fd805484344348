// Validation of stateful sets.
import type { StatefulSet } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { nonNegative } from '../numbers.ts';
import { validateSelecting } from './workload.ts';

export function validateStatefulSet(set: StatefulSet, to: Findings): void {
  const spec = set.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  nonNegative(spec.replicas, 'spec.replicas', to);
  validateSelecting(spec, to);
  oneOf(spec.podManagementPolicy, ['OrderedReady', 'Parallel'], 'spec.podManagementPolicy', to);
  oneOf(spec.updateStrategy?.type, ['OnDelete', 'RollingUpdate'], 'spec.updateStrategy.type', to);
  if (spec.updateStrategy?.type === 'OnDelete' && spec.updateStrategy.rollingUpdate)
    to.invalid(
      'spec.updateStrategy.rollingUpdate',
      spec.updateStrategy.rollingUpdate,
      "only allowed for updateStrategy 'RollingUpdate'",
    );
  nonNegative(spec.updateStrategy?.rollingUpdate?.partition, 'spec.updateStrategy.rollingUpdate.partition', to);
  nonNegative(spec.ordinals?.start, 'spec.ordinals.start', to);
  for (const when of ['whenDeleted', 'whenScaled'] as const)
    oneOf(
      spec.persistentVolumeClaimRetentionPolicy?.[when],
      ['Delete', 'Retain'],
      `spec.persistentVolumeClaimRetentionPolicy.${when}`,
      to,
    );
}

const STATEFUL_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function validateStatefulSetUpdate(set: StatefulSet, old: StatefulSet, to: Findings): void {
  const masked = Object.fromEntries(STATEFUL_MUTABLE.map((field) => [field, undefined]));
  if (!semanticEqual({ ...set.spec, ...masked }, { ...old.spec, ...masked }))
    to.forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    );
}
