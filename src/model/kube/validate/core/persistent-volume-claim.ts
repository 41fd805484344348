// Validation of claims for persistent volumes.
import { quantityNanos } from '#base';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { labelSelector } from '../label-selector.ts';
import { dnsSubdomainProblems } from '../names.ts';

export const ACCESS_MODES: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

export function validateAccessModes(modes: readonly string[] | undefined, field: string, to: Findings): void {
  if (!modes?.length) to.required(field, 'at least 1 access mode is required');
  for (const mode of modes ?? []) if (!ACCESS_MODES.includes(mode)) to.notSupported(field, mode, ACCESS_MODES);
  if (modes?.includes('ReadWriteOncePod') && modes.length > 1)
    to.forbidden(field, 'may not use ReadWriteOncePod with other access modes');
}

export function validateClaimSpec(spec: PersistentVolumeClaimSpec, field: string, to: Findings): void {
  validateAccessModes(spec.accessModes, `${field}.accessModes`, to);
  labelSelector(spec.selector, `${field}.selector`, to);
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) to.required(`${field}.resources[storage]`);
  else if ((quantityNanos(storage) ?? 0n) <= 0n)
    to.invalid(`${field}.resources[storage]`, String(storage), 'must be greater than zero');
  if (spec.storageClassName)
    for (const problem of dnsSubdomainProblems(spec.storageClassName))
      to.invalid(`${field}.storageClassName`, spec.storageClassName, problem);
  optionalOneOf(spec.volumeMode, VOLUME_MODES, `${field}.volumeMode`, to);
  for (const source of ['dataSource', 'dataSourceRef'] as const) {
    const ref = spec[source];
    if (ref && !ref.name) to.required(`${field}.${source}.name`);
    if (ref && !ref.kind) to.required(`${field}.${source}.kind`);
  }
}

export function validatePersistentVolumeClaim(claim: PersistentVolumeClaim, to: Findings): void {
  if (!claim.spec) to.required('spec');
  else validateClaimSpec(claim.spec, 'spec', to);
}

/** Once bound, only the request may grow; the volume is named once. */
export function validatePersistentVolumeClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  to: Findings,
): void {
  const { spec, spec: { resources: now } = {} } = claim;
  const { spec: before, spec: { resources: then } = {} } = old;
  const ignored = { resources: undefined, volumeAttributesClassName: undefined };
  const naming = before?.volumeName ? {} : { volumeName: undefined };
  const classing = before?.storageClassName === undefined ? { storageClassName: undefined } : {};
  const mask = { ...ignored, ...naming, ...classing };
  if (!semanticEqual({ ...spec, ...mask }, { ...before, ...mask }))
    to.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  const size = quantityNanos(now?.requests?.storage ?? 0) ?? 0n;
  const sizeBefore = quantityNanos(then?.requests?.storage ?? 0) ?? 0n;
  if (size < sizeBefore) to.forbidden('spec.resources.requests.storage', 'field can not be less than previous value');
  else if (size > sizeBefore && old.status?.phase !== 'Bound')
    to.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
}
