// The folder behind a persistent volume claim. Volumes of kinds local and hostPath stand on the node; those that were made
// for this node are folders that the agent makes when they are first used.
import { WorldError } from '#base';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '#model/kube';
import { isFolder, makeVolumeFolder, prepareHostPath } from '#platform/volume';
import type { NodeAgentOptions } from '../options.ts';
import type { KeptObjects, References } from '../source/references.ts';
import { isNodeLocal } from './node-local.ts';
import { isReplicated, replicatedFolder } from './replicated.ts';

export interface ClaimInput {
  readonly pod: Pod;
  readonly references: References;
  readonly kept: KeptObjects;
  readonly replicated: NodeAgentOptions['replicatedVolumes'];
}

export interface MountedFolder {
  readonly path: string;
  readonly readOnly: boolean;
  /** Whether fsGroup applies: not to what belongs to the host. */
  readonly ownable: boolean;
  /** Walked for fsGroup once, and not for every pod: over a network that takes long. */
  readonly walkedOnce?: boolean;
}

export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.ephemeral) return `${pod.metadata?.name}-${volume.name}`;
  return volume.persistentVolumeClaim?.claimName;
}

export async function claimFolder(volume: Volume, input: ClaimInput): Promise<MountedFolder> {
  const { pod, references, kept } = input;
  const namespace = pod.metadata?.namespace ?? '';
  const name = claimNameOf(pod, volume) ?? '';
  const claim = await references.read<PersistentVolumeClaim>('claim', { namespace, name }, kept);
  if (!claim) throw new WorldError('Invalid', `persistentvolumeclaim "${name}" not found`);
  const owners = claim.metadata?.ownerReferences ?? [];
  if (volume.ephemeral && !owners.some((owner) => owner.uid === pod.metadata?.uid))
    throw new WorldError('Invalid', `PVC ${namespace}/${name} was not created for pod ${pod.metadata?.name}`);
  const bound = claim.spec?.volumeName;
  if (!bound || (claim.status?.phase && claim.status.phase !== 'Bound'))
    throw new WorldError('Unavailable', `persistentvolumeclaim "${name}" is not bound`);
  const found = await references.read<PersistentVolume>('volume', { name: bound }, kept);
  if (!found) throw new WorldError('Invalid', `persistentvolume "${bound}" not found`);
  const readOnly = volume.persistentVolumeClaim?.readOnly ?? false;
  if (!isReplicated(found)) return volumeFolder(found, readOnly);
  return { path: await replicatedFolder(found, input.replicated), readOnly, ownable: true, walkedOnce: true };
}

function volumeFolder(volume: PersistentVolume, readOnly: boolean): MountedFolder {
  const { spec, metadata } = volume;
  if (spec?.volumeMode === 'Block') throw unsupported(`volumeMode Block of volume "${metadata?.name}"`);
  if (spec?.hostPath) {
    prepareHostPath(spec.hostPath.path, spec.hostPath.type ?? '');
    return { path: spec.hostPath.path, readOnly, ownable: false };
  }
  if (spec?.local) {
    const { path } = spec.local;
    if (isNodeLocal(volume)) makeVolumeFolder(path, 0o777);
    if (!isFolder(path)) throw new WorldError('Invalid', `local volume "${metadata?.name}": ${path} is not a folder`);
    return { path, readOnly, ownable: true };
  }
  const kinds = ['nfs', 'csi', 'iscsi', 'fc', 'rbd', 'cephfs', 'glusterfs', 'azureFile', 'azureDisk'] as const;
  throw unsupported(`volume "${metadata?.name}" of kind ${kinds.find((kind) => spec?.[kind]) ?? 'unknown'}`);
}

function unsupported(what: string): WorldError {
  return new WorldError('Unsupported', `${what} is not supported on this node`);
}
