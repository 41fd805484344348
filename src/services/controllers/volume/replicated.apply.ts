// Volumes with a copy on each node of a pair, for classes of the provisioner `replicated.holdfast.dev`.
//
// The volume is made here as an object only: of kind `csi`, the same wherever it is used, with a handle that names its folder and
// the finalizer `holdfast.dev/replicated`. Its folder is made by the agent of whichever node first uses it. When the volume is
// deleted, the first agent that sees it takes the folder away and then the finalizer, which lets the object go.
import { ApiError } from '#client';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#model/kube';
import { REPLICATED_DRIVER, REPLICATED_FINALIZER } from '#model/site';
import { uidOf } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { provisionedByAnnotation } from './node-local.apply.ts';

interface ReplicatedRequest {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
}

export async function provisionReplicated(context: ControllerContext, request: ReplicatedRequest): Promise<void> {
  try {
    await context.client.create(context.kinds.volumes, replicatedVolume(request));
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.reason === 'AlreadyExists')) throw thrown;
  }
}

export function replicatedVolume({ claim, storageClass }: ReplicatedRequest): PersistentVolume {
  return {
    metadata: {
      name: `pvc-${uidOf(claim)}`,
      finalizers: [REPLICATED_FINALIZER],
      annotations: { [provisionedByAnnotation]: REPLICATED_DRIVER },
    },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '0' },
      accessModes: claim.spec?.accessModes,
      volumeMode: 'Filesystem',
      storageClassName: storageClass.metadata?.name,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      csi: { driver: REPLICATED_DRIVER, volumeHandle: uidOf(claim) },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: claim.metadata?.name,
        namespace: claim.metadata?.namespace,
        uid: uidOf(claim),
      },
    },
  };
}
