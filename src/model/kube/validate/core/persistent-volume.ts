// Validation of persistent volumes.
import { quantityNanos } from '#base';
import type { PersistentVolume } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { validateAccessModes } from './persistent-volume-claim.ts';
import { validateNodeSelector } from './scheduling.ts';

const FIXED = 'field is immutable';

const NOT_SOURCES: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

const sourcesOf = (volume: PersistentVolume) =>
  Object.entries(volume.spec ?? {}).filter(([key]) => !NOT_SOURCES.has(key));

export function validatePersistentVolume(volume: PersistentVolume, to: Findings): void {
  const spec = volume.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  validateAccessModes(spec.accessModes, 'spec.accessModes', to);
  const storage = spec.capacity?.storage;
  if (storage === undefined) to.required('spec.capacity');
  else if ((quantityNanos(storage) ?? 0n) <= 0n)
    to.invalid('spec.capacity[storage]', String(storage), 'must be greater than zero');
  oneOf(spec.persistentVolumeReclaimPolicy, ['Delete', 'Recycle', 'Retain'], 'spec.persistentVolumeReclaimPolicy', to);
  optionalOneOf(spec.volumeMode, ['Block', 'Filesystem'], 'spec.volumeMode', to);
  validateNodeSelector(spec.nodeAffinity?.required, 'spec.nodeAffinity.required', to);
  const sources = sourcesOf(volume);
  if (sources.length === 0) to.required('spec', 'must specify a volume type');
  for (const [source] of sources.slice(1)) to.forbidden(`spec.${source}`, 'may not specify more than 1 volume type');
  if (spec.hostPath && !spec.hostPath.path) to.required('spec.hostPath.path');
  if (spec.local && !spec.local.path) to.required('spec.local.path');
  if (spec.local && !spec.nodeAffinity) to.required('spec.nodeAffinity', 'Local volume requires node affinity');
  if (spec.nfs && (!spec.nfs.server || !spec.nfs.path)) to.required('spec.nfs');
  if (spec.csi && !spec.csi.driver) to.required('spec.csi.driver');
  if (spec.csi && !spec.csi.volumeHandle) to.required('spec.csi.volumeHandle');
}

export function validatePersistentVolumeUpdate(now: PersistentVolume, old: PersistentVolume, to: Findings): void {
  if (!semanticEqual(Object.fromEntries(sourcesOf(now)), Object.fromEntries(sourcesOf(old))))
    to.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation');
  if (now.spec?.volumeMode !== old.spec?.volumeMode) to.invalid('spec.volumeMode', now.spec?.volumeMode, FIXED);
  if (old.spec?.nodeAffinity?.required && !semanticEqual(now.spec?.nodeAffinity, old.spec.nodeAffinity))
    to.invalid('spec.nodeAffinity', now.spec?.nodeAffinity, FIXED);
}
