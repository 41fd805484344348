// Defaults of the storage and resource groups.
import type {
  CSIDriver,
  DeviceClaim,
  ResourceClaimTemplate,
  ResourceV1ResourceClaim,
  StorageClass,
} from '../../generated/kinds.ts';

export function defaultStorageClass(storageClass: StorageClass): void {
  storageClass.reclaimPolicy ||= 'Delete';
  storageClass.volumeBindingMode ||= 'Immediate';
}

export function defaultCsiDriver(driver: CSIDriver): void {
  const spec = driver.spec;
  if (!spec) return;
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
}

function defaultDevices(claim: DeviceClaim | undefined): void {
  for (const request of claim?.requests ?? [])
    for (const part of [request.exactly, ...(request.firstAvailable ?? [])]) {
      if (!part) continue;
      part.allocationMode ||= 'ExactCount';
      if (part.allocationMode === 'ExactCount') part.count ||= 1;
    }
}

export function defaultResourceClaim(claim: ResourceV1ResourceClaim): void {
  defaultDevices(claim.spec?.devices);
}

export function defaultResourceClaimTemplate(template: ResourceClaimTemplate): void {
  defaultDevices(template.spec?.spec?.devices);
}
