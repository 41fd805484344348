// What a pod refers to that its node must be able to read: the edges of the graph behind node authorization.
// Source: Kubernetes documentation, "Using Node Authorization"; core/v1 PodSpec.
import type { Container, EphemeralContainer, Pod, Volume } from '#model/kube';

export type ReferenceKind = 'secrets' | 'configmaps' | 'persistentvolumeclaims' | 'serviceaccounts' | 'resourceclaims';

/** `<kind>/<namespace>/<name>` */
export type Reference = `${ReferenceKind}/${string}/${string}`;

type Add = (kind: ReferenceKind, name: string | undefined) => void;

function addContainer(container: Container | EphemeralContainer, add: Add): void {
  for (const source of container.envFrom ?? []) {
    add('secrets', source.secretRef?.name);
    add('configmaps', source.configMapRef?.name);
  }
  for (const variable of container.env ?? []) {
    add('secrets', variable.valueFrom?.secretKeyRef?.name);
    add('configmaps', variable.valueFrom?.configMapKeyRef?.name);
  }
}

function addVolume(volume: Volume, pod: Pod, add: Add): void {
  add('secrets', volume.secret?.secretName);
  add('configmaps', volume.configMap?.name);
  add('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName);
  if (volume.ephemeral) add('persistentvolumeclaims', `${pod.metadata?.name}-${volume.name}`);
  for (const source of volume.projected?.sources ?? []) {
    add('secrets', source.secret?.name);
    add('configmaps', source.configMap?.name);
  }
  const secretRef =
    volume.csi?.nodePublishSecretRef ??
    volume.flexVolume?.secretRef ??
    volume.iscsi?.secretRef ??
    volume.cephfs?.secretRef ??
    volume.rbd?.secretRef;
  add('secrets', secretRef?.name);
}

/** Every object that the pod refers to, once each. A mirror pod refers to nothing: its node wrote it itself. */
export function podReferences(pod: Pod): ReadonlySet<Reference> {
  const references = new Set<Reference>();
  const namespace = pod.metadata?.namespace ?? '';
  if (pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined) return references;
  const add: Add = (kind, name) => {
    if (name) references.add(`${kind}/${namespace}/${name}`);
  };
  const spec = pod.spec;
  add('serviceaccounts', spec?.serviceAccountName);
  for (const secret of spec?.imagePullSecrets ?? []) add('secrets', secret.name);
  const containers = [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  for (const container of containers) addContainer(container, add);
  for (const volume of spec?.volumes ?? []) addVolume(volume, pod, add);
  for (const claim of pod.status?.resourceClaimStatuses ?? []) add('resourceclaims', claim.resourceClaimName);
  for (const claim of spec?.resourceClaims ?? []) add('resourceclaims', claim.resourceClaimName);
  return references;
}
