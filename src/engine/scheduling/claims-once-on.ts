// Volumes as they will be once a pod has its place: claims that waited for their first consumer are bound, and those whose volumes stand on
// one node stay there. A forecast that took them as they are would let a pod go wherever its volume cannot.
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '#model/kube';
import type { VolumeDecision, VolumeView } from './volume-filter.ts';
import { classOfClaim } from './volume-match.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const BOUND = { 'pv.kubernetes.io/bind-completed': 'yes' };

export interface ClaimsPlaced {
  readonly decision: VolumeDecision;
  readonly node: Node;
  /** Whether volumes of a class stand on the node of their first consumer. */
  isNodeLocal(storageClass: StorageClass | undefined): boolean;
}

const keyOf = ({ metadata }: PersistentVolumeClaim): string => `${metadata?.namespace}/${metadata?.name}`;

function madeOn(node: Node, name: string): PersistentVolume {
  const values = [node.metadata?.labels?.[HOSTNAME] ?? ''];
  const matchExpressions = [{ key: HOSTNAME, operator: 'In' as const, values }];
  return { metadata: { name }, spec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } } };
}

export function claimsOnceOn(view: VolumeView, { decision, node, isNodeLocal }: ClaimsPlaced): VolumeView {
  const claims = new Map<string, PersistentVolumeClaim>();
  const volumes = new Map<string, PersistentVolume>();
  const bind = (claim: PersistentVolumeClaim, volume: PersistentVolume): void => {
    const volumeName = volume.metadata?.name ?? '';
    volumes.set(volumeName, volume);
    const { metadata, spec } = claim;
    claims.set(keyOf(claim), {
      ...claim,
      metadata: { ...metadata, annotations: { ...metadata?.annotations, ...BOUND } },
      spec: { ...spec, volumeName },
    });
  };
  for (const { claim, volume } of decision.bind) bind(claim, volume);
  for (const claim of decision.provision)
    if (isNodeLocal(view.storageClass(classOfClaim(claim)))) bind(claim, madeOn(node, `of ${keyOf(claim)}`));
  if (claims.size === 0) return view;
  return {
    claim: (namespace, name) => claims.get(`${namespace}/${name}`) ?? view.claim(namespace, name),
    volume: (name) => volumes.get(name) ?? view.volume(name),
    storageClass: (name) => view.storageClass(name),
    unbound: (className) => view.unbound(className).filter(({ metadata }) => !volumes.has(metadata?.name ?? '')),
  };
}
