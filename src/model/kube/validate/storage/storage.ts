// Validation of persistent volumes, storage classes and the CSI objects.
import { quantityNanos } from '#base';
import type { CSIDriver, CSINode, PersistentVolume, StorageClass, VolumeAttachment } from '../../generated/kinds.ts';
import { qualifiedNameProblems } from '../../selector/label-syntax.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { validateAccessModes } from '../core/persistent-volume-claim.ts';
import { validateNodeSelector } from '../core/scheduling.ts';
import type { Findings } from '../finding.ts';
import { oneOf, optionalOneOf } from '../rules.ts';

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

export function validateCsiDriver(driver: CSIDriver, to: Findings): void {
  const spec = driver.spec;
  optionalOneOf(spec?.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType'], 'spec.fsGroupPolicy', to);
  spec?.volumeLifecycleModes?.forEach((mode) => {
    optionalOneOf(mode, ['Ephemeral', 'Persistent'], 'spec.volumeLifecycleModes', to);
  });
}

export function validateCsiNode(node: CSINode, to: Findings): void {
  const names = new Set<string>();
  node.spec?.drivers?.forEach((driver, i) => {
    const at = `spec.drivers[${i}]`;
    if (!driver.name) to.required(`${at}.name`);
    if (!driver.nodeID) to.required(`${at}.nodeID`);
    if (names.has(driver.name)) to.duplicate(`${at}.name`, driver.name);
    names.add(driver.name);
  });
}

export function validateVolumeAttachment(attachment: VolumeAttachment, to: Findings): void {
  const { attacher, nodeName, source } = attachment.spec ?? {};
  if (!attacher) to.required('spec.attacher');
  if (!nodeName) to.required('spec.nodeName');
  if (!source?.persistentVolumeName && !source?.inlineVolumeSpec)
    to.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName');
}

export function validateVolumeAttachmentUpdate(now: VolumeAttachment, old: VolumeAttachment, to: Findings): void {
  if (!semanticEqual(now.spec, old.spec)) to.invalid('spec', now.spec, FIXED);
}
