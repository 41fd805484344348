// Validation of storage classes.
import type { StorageClass } from '../../generated/kinds.ts';
import { qualifiedNameProblems } from '../../selector/label-syntax.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';

const FIXED = 'field is immutable';

export function validateStorageClass(storageClass: StorageClass, to: Findings): void {
  if (!storageClass.provisioner) to.required('provisioner');
  else
    for (const problem of qualifiedNameProblems(storageClass.provisioner.toLowerCase()))
      to.invalid('provisioner', storageClass.provisioner, problem);
  for (const key in storageClass.parameters) if (!key) to.invalid('parameters', key, 'field can not be empty.');
  oneOf(storageClass.reclaimPolicy, ['Delete', 'Retain'], 'reclaimPolicy', to);
  oneOf(storageClass.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], 'volumeBindingMode', to);
}

export function validateStorageClassUpdate(now: StorageClass, old: StorageClass, to: Findings): void {
  if (!semanticEqual(now.parameters, old.parameters))
    to.forbidden('parameters', 'updates to parameters are forbidden.');
  if (now.provisioner !== old.provisioner) to.forbidden('provisioner', 'updates to provisioner are forbidden.');
  if (now.reclaimPolicy !== old.reclaimPolicy) to.forbidden('reclaimPolicy', 'updates to reclaimPolicy are forbidden.');
  if (now.volumeBindingMode !== old.volumeBindingMode) to.invalid('volumeBindingMode', now.volumeBindingMode, FIXED);
}
