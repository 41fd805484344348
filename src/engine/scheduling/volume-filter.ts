// Whether a pod's volumes can be had on a node: bound ones must reach it, unbound ones of a class that waits for the first
// consumer must find a volume there or be makeable there. Source: Kubernetes concepts "Storage Classes", "Volume binding mode".
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#model/kube';
import { REPLICATED_DRIVER } from '#model/site';
import type { Cluster, NodeInfo } from './cluster.ts';
import type { PodInfo } from './pod-info.ts';
import { classOfClaim, findVolume, volumeReachesNode } from './volume-match.ts';

export interface VolumeView {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
  /** Volumes of a class that are not bound. */
  unbound(className: string): readonly PersistentVolume[];
}

/** What must happen to claims before the pod can start on the chosen node. */
export interface VolumeDecision {
  readonly bind: readonly { claim: PersistentVolumeClaim; volume: PersistentVolume }[];
  readonly provision: readonly PersistentVolumeClaim[];
}

export type VolumePrefilter =
  | { readonly kind: 'none' }
  /** No node will do. */
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'check';
      filter(node: NodeInfo): string | undefined;
      decide(node: NodeInfo): VolumeDecision | undefined;
    };

export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';
export const noProvisioner = 'kubernetes.io/no-provisioner';

export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (
    Boolean(claim.spec?.volumeName) && claim.metadata?.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined
  );
}

export function volumePrefilter(info: PodInfo, cluster: Cluster, view: VolumeView): VolumePrefilter {
  if (info.claims.length === 0) return { kind: 'none' };
  const bound: PersistentVolume[] = [];
  const waiting: PersistentVolumeClaim[] = [];
  const held: string[] = [];
  for (const name of info.claims) {
    const claim = view.claim(info.namespace, name);
    if (!claim) return { kind: 'refused', reason: `persistentvolumeclaim "${name}" not found` };
    if (claim.metadata?.deletionTimestamp)
      return { kind: 'refused', reason: `persistentvolumeclaim "${name}" is being deleted` };
    const alone = claim.spec?.accessModes?.includes('ReadWriteOncePod');
    if (alone && cluster.claimUsers(`${info.namespace}/${name}`) > 0) {
      return {
        kind: 'refused',
        reason: 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
      };
    }
    if (isFullyBound(claim)) {
      const volume = view.volume(claim.spec?.volumeName ?? '');
      if (!volume)
        return {
          kind: 'refused',
          reason: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`,
        };
      bound.push(volume);
      if (isForOneNode(claim, volume) && cluster.claimUsers(`${info.namespace}/${name}`) > 0) held.push(name);
    } else if (view.storageClass(classOfClaim(claim))?.volumeBindingMode === 'WaitForFirstConsumer')
      waiting.push(claim);
    else return { kind: 'refused', reason: 'pod has unbound immediate PersistentVolumeClaims' };
  }
  const decide = (node: NodeInfo): VolumeDecision | undefined => decideOn(waiting, node, view);
  return {
    kind: 'check',
    decide,
    filter(node) {
      if (bound.some((volume) => !volumeReachesNode(volume, node.node)))
        return 'node(s) had volume node affinity conflict';
      if (held.some((name) => !usesClaim(node, info.namespace, name)))
        return 'node(s) had a ReadWriteOnce volume in use on another node';
      if (waiting.length > 0 && !decide(node)) return "node(s) didn't find available persistent volumes to bind";
      return undefined;
    },
  };
}

/** Nothing but this keeps two nodes from writing to a volume that stands on both. */
function isForOneNode(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  const modes = claim.spec?.accessModes ?? [];
  return volume.spec?.csi?.driver === REPLICATED_DRIVER && modes.every((mode) => mode.startsWith('ReadWriteOnce'));
}

function usesClaim(node: NodeInfo, namespace: string, claim: string): boolean {
  for (const pod of node.pods.values()) if (pod.namespace === namespace && pod.claims.includes(claim)) return true;
  return false;
}

function decideOn(
  waiting: readonly PersistentVolumeClaim[],
  node: NodeInfo,
  view: VolumeView,
): VolumeDecision | undefined {
  const taken = new Set<string>();
  const bind: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const provision: PersistentVolumeClaim[] = [];
  for (const claim of waiting) {
    const chosen = claim.metadata?.annotations?.[selectedNodeAnnotation];
    if (chosen !== undefined && chosen !== node.name) return undefined;
    const volume = findVolume(claim, view.unbound(classOfClaim(claim)), { node: node.node, taken });
    if (volume) {
      taken.add(volume.metadata?.name ?? '');
      bind.push({ claim, volume });
    } else if (canProvision(view.storageClass(classOfClaim(claim)), node)) provision.push(claim);
    else return undefined;
  }
  return { bind, provision };
}

function canProvision(storageClass: StorageClass | undefined, node: NodeInfo): boolean {
  if (!storageClass || storageClass.provisioner === noProvisioner) return false;
  const terms = storageClass.allowedTopologies ?? [];
  return (
    terms.length === 0 ||
    terms.some((term) =>
      (term.matchLabelExpressions ?? []).every(({ key, values }) =>
        values.includes(node.node.metadata?.labels?.[key] ?? ''),
      ),
    )
  );
}
