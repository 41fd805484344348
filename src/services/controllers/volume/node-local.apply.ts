// Volumes on the node of their first consumer, for classes of the provisioner `holdfast.dev/node-local`.
//
// The volume is made here as an object only: kind `local`, pinned to its node, with the finalizer `holdfast.dev/node-local`.
// Its folder is made by that node's agent when a pod first uses it. When the volume is deleted, the agent of the node named
// by the annotation `holdfast.dev/node` removes the folder and then the finalizer, which lets the object go. A node that has
// left the cluster cannot do that; then the volume controller takes the finalizer off. A node says where its folders stand
// by its annotation `holdfast.dev/volume-folder`; without one the site's default holds.

import { ApiError } from '#client';
import { selectedNodeAnnotation } from '#engine/scheduling';
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '#model/kube';
import { nameOf, uidOf } from '#reconcile';
import type { ControllerContext } from '../context.ts';

export const nodeLocalProvisioner = 'holdfast.dev/node-local';
export const nodeLocalFinalizer = 'holdfast.dev/node-local';
export const nodeAnnotation = 'holdfast.dev/node';
export const folderAnnotation = 'holdfast.dev/volume-folder';
export const provisionedByAnnotation = 'pv.kubernetes.io/provisioned-by';

export interface NodeLocalRequest {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  readonly nodeName: string;
  readonly folder: string;
}

export async function provisionNodeLocal(context: ControllerContext, request: NodeLocalRequest): Promise<void> {
  const { client, kinds, caches } = context;
  const node = caches.nodes.get({ name: request.nodeName });
  if (!node) {
    // The choice is given back, and the scheduler makes another one.
    const metadata = { uid: uidOf(request.claim), annotations: { [selectedNodeAnnotation]: null } };
    await client.patch(kinds.claims, nameOf(request.claim), { type: 'merge', body: { metadata } });
    return;
  }
  try {
    await client.create(kinds.volumes, nodeLocalVolume(request, node));
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.reason === 'AlreadyExists')) throw thrown;
  }
}

function nodeLocalVolume(request: NodeLocalRequest, node: Node): PersistentVolume {
  const { claim, storageClass, nodeName } = request;
  const name = `pvc-${uidOf(claim)}`;
  const hostname = node.metadata?.labels?.['kubernetes.io/hostname'] ?? nodeName;
  const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: [hostname] }];
  return {
    metadata: {
      name,
      finalizers: [nodeLocalFinalizer],
      annotations: { [provisionedByAnnotation]: nodeLocalProvisioner, [nodeAnnotation]: nodeName },
    },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '0' },
      accessModes: claim.spec?.accessModes,
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      storageClassName: storageClass.metadata?.name,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      ...(storageClass.mountOptions ? { mountOptions: storageClass.mountOptions } : {}),
      local: { path: `${node.metadata?.annotations?.[folderAnnotation] ?? request.folder}/${name}` },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
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
