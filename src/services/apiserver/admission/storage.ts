// Claims without a class get the default one, volumes and claims in use are kept from vanishing, and a claim grows only where its
// class lets it. Source: Kubernetes documentation, "Admission Control", DefaultStorageClass, StorageObjectInUseProtection,
// PersistentVolumeClaimResize.
import { quantityNanos } from '#base';
import type { ObjectMeta, PersistentVolumeClaim, StorageClass } from '#model/kube';
import type { AdmissionPlugin } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { forbid, isFor } from './refusal.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const DEFAULT_CLASS_BETA = 'storageclass.beta.kubernetes.io/is-default-class';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** The newest of those that say so; of equally new ones the first by name. */
export function newestDefault<K extends { metadata?: ObjectMeta }>(
  all: readonly K[],
  annotations: readonly string[],
): K | undefined {
  const created = (object: K): string => String(object.metadata?.creationTimestamp ?? '');
  const name = (object: K): string => object.metadata?.name ?? '';
  return all
    .filter((object) => annotations.some((annotation) => object.metadata?.annotations?.[annotation] === 'true'))
    .sort((a, b) => created(b).localeCompare(created(a)) || name(a).localeCompare(name(b)))[0];
}

export function defaultStorageClass(lookups: Pick<AdmissionLookups, 'storageClasses'>): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    mutate(request) {
      if (request.operation !== 'CREATE' || !isFor(request, '', 'persistentvolumeclaims')) return;
      const claim = request.object as PersistentVolumeClaim;
      if (!claim.spec || claim.spec.storageClassName !== undefined) return;
      if (claim.metadata?.annotations?.[CLASS_ANNOTATION] !== undefined) return;
      const chosen = newestDefault(lookups.storageClasses(), [DEFAULT_CLASS, DEFAULT_CLASS_BETA]);
      if (chosen?.metadata?.name) claim.spec.storageClassName = chosen.metadata.name;
    },
  };
}

const PROTECTED: Readonly<Record<string, { readonly group: string; readonly finalizer: string }>> = {
  persistentvolumeclaims: { group: '', finalizer: 'kubernetes.io/pvc-protection' },
  persistentvolumes: { group: '', finalizer: 'kubernetes.io/pv-protection' },
  volumeattributesclasses: { group: 'storage.k8s.io', finalizer: 'kubernetes.io/vac-protection' },
};

export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: 'StorageObjectInUseProtection',
    mutate(request) {
      const rule = PROTECTED[request.resource.resource];
      if (!rule || request.operation !== 'CREATE' || !isFor(request, rule.group, request.resource.resource)) return;
      const metadata = request.object?.metadata;
      if (metadata && !metadata.finalizers?.includes(rule.finalizer))
        metadata.finalizers = [...(metadata.finalizers ?? []), rule.finalizer];
    },
  };
}

function requested(claim: PersistentVolumeClaim): bigint {
  return quantityNanos(claim.spec?.resources?.requests?.storage ?? '0') ?? 0n;
}

export function persistentVolumeClaimResize(lookups: Pick<AdmissionLookups, 'storageClasses'>): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    validate(request) {
      if (request.operation !== 'UPDATE' || !isFor(request, '', 'persistentvolumeclaims')) return;
      const claim = request.object as PersistentVolumeClaim;
      const old = request.oldObject as PersistentVolumeClaim | undefined;
      if (!old || requested(claim) <= requested(old)) return;
      if (old.status?.phase !== 'Bound') forbid(request, 'Only bound persistent volume claims can be expanded');
      const name = claim.spec?.storageClassName ?? claim.metadata?.annotations?.[CLASS_ANNOTATION];
      const found: StorageClass | undefined = lookups.storageClasses().find((known) => known.metadata?.name === name);
      if (!found?.allowVolumeExpansion)
        forbid(
          request,
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
        );
    },
  };
}
