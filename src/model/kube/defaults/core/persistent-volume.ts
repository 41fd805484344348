// Defaults of persistent volumes and of claims for them.
import type { PersistentVolume, PersistentVolumeClaim } from '../../generated/kinds.ts';

export function defaultPersistentVolume(volume: PersistentVolume): void {
  volume.status ??= {};
  volume.status.phase ||= 'Pending';
  if (!volume.spec) return;
  volume.spec.persistentVolumeReclaimPolicy ||= 'Retain';
  volume.spec.volumeMode ||= 'Filesystem';
  if (volume.spec.hostPath) volume.spec.hostPath.type ??= '';
}

export function defaultPersistentVolumeClaim(claim: PersistentVolumeClaim): void {
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
  if (claim.spec) claim.spec.volumeMode ||= 'Filesystem';
}
