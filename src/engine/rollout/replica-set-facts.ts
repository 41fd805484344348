// What a Deployment reads from its ReplicaSets: revision, sizes, and which of them carries the current template.
// Annotation names are those that kubectl rollout reads. Source: Kubernetes concepts "Deployments".
import { intOrPercent, sameJson } from '#base';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '#model/kube';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
export const templateHashLabel = 'pod-template-hash';

export function sizeOf(set: ReplicaSet | undefined): number {
  return set?.spec?.replicas ?? (set ? 1 : 0);
}

export function revisionOf(object: { metadata?: { annotations?: Record<string, string> } }): number {
  const text = object.metadata?.annotations?.[revisionAnnotation];
  return text && /^[0-9]+$/.test(text) ? Number(text) : 0;
}

/** How many pods there may be more, and fewer, than wanted; never both zero. */
export function rolloutBounds(deployment: Deployment): { replicas: number; surge: number; unavailable: number } {
  const replicas = deployment.spec?.replicas ?? 1;
  const strategy = deployment.spec?.strategy;
  if (strategy?.type === 'Recreate' || replicas === 0) return { replicas, surge: 0, unavailable: 0 };
  const rolling = strategy?.rollingUpdate;
  const surge = intOrPercent(rolling?.maxSurge ?? '25%', replicas, { up: true });
  const unavailable = intOrPercent(rolling?.maxUnavailable ?? '25%', replicas, { up: false });
  return { replicas, surge, unavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable) };
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const { [templateHashLabel]: _hash, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return sameJson(withoutHash(a), withoutHash(b));
}

export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const left = a.metadata?.creationTimestamp ?? '';
  const right = b.metadata?.creationTimestamp ?? '';
  if (left !== right) return left < right ? -1 : 1;
  return (a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1;
}

/** The oldest set with the Deployment's own template; oldest, so that every pass answers the same. */
export function newReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byAge).find((set) => sameTemplate(set.spec?.template, deployment.spec?.template));
}

export function total(sets: readonly ReplicaSet[], amount: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((sum, set) => sum + (amount(set) ?? 0), 0);
}
