// Which persistent volume suits a claim, by class, size, access modes, mode, selector and node.
// Source: Kubernetes concepts "Persistent Volumes", "Binding".
import { labelSelectorMatches, quantityUnits } from '#base';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '#model/kube';
import { nodeSelectorMatches } from './node-affinity.ts';

const ZONES = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

export function classOfClaim(claim: PersistentVolumeClaim): string {
  return claim.spec?.storageClassName ?? claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? '';
}

export function sizeOfVolume(volume: PersistentVolume): number {
  return quantityUnits(volume.spec?.capacity?.storage);
}

/** Whether a volume may be used on a node, by its own affinity and by its zone labels. */
export function volumeReachesNode(volume: PersistentVolume, node: Node): boolean {
  const zoned = ZONES.every((key) => {
    const zones = volume.metadata?.labels?.[key];
    return zones === undefined || zones.split('__').includes(node.metadata?.labels?.[key] ?? '');
  });
  return zoned && nodeSelectorMatches(volume.spec?.nodeAffinity?.required, node);
}

/** Whether a volume is reserved for this claim, by hand or by a binding begun. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef;
  if (!reference || reference.name !== claim.metadata?.name || reference.namespace !== claim.metadata?.namespace)
    return false;
  return !reference.uid || reference.uid === claim.metadata?.uid;
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const modes = volume.spec?.accessModes ?? [];
  return (
    (volume.spec?.storageClassName ?? '') === classOfClaim(claim) &&
    (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
    (claim.spec?.accessModes ?? []).every((mode) => modes.includes(mode)) &&
    sizeOfVolume(volume) >= quantityUnits(claim.spec?.resources?.requests?.storage) &&
    (!claim.spec?.selector || labelSelectorMatches(claim.spec.selector, volume.metadata?.labels)) &&
    (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '')
  );
}

/** The smallest free volume that suits, one reserved for the claim before all others; `taken` are spoken for. */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  options: { node?: Node; taken?: ReadonlySet<string> } = {},
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    const name = volume.metadata?.name ?? '';
    if (options.taken?.has(name) || volume.metadata?.deletionTimestamp || !suits(volume, claim)) continue;
    if (options.node && !volumeReachesNode(volume, options.node)) continue;
    if (isReservedFor(volume, claim)) return volume;
    if (volume.spec?.claimRef || (volume.status?.phase ?? 'Available') === 'Released') continue;
    if (!best || sizeOfVolume(volume) < sizeOfVolume(best)) best = volume;
  }
  return best;
}
