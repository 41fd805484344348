// The pod and the claims of one ordinal of a StatefulSet. Source: Kubernetes concepts "StatefulSets", "Pod Identity".
import type { OwnerReference, PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet, Volume } from '#model/kube';
import { ownerReference } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { podOf, type Workload } from '../pods.apply.ts';

export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata?.name}-${set.metadata?.name}-${ordinal}`;
}

export function statefulPod(
  workload: Workload<StatefulSet>,
  template: PodTemplateSpec | undefined,
  identity: { ordinal: number; revision: string },
): Pod {
  const set = workload.owner;
  const name = `${set.metadata?.name}-${identity.ordinal}`;
  const pod = podOf(workload, template, name);
  const templates = set.spec?.volumeClaimTemplates ?? [];
  const claimed = new Set(templates.map((claim) => claim.metadata?.name));
  const others = (pod.spec?.volumes ?? []).filter((volume) => !claimed.has(volume.name));
  const own: Volume[] = templates.map((claim) => ({
    name: claim.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: claimName(set, claim, identity.ordinal), readOnly: false },
  }));
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata?.labels,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(identity.ordinal),
        'controller-revision-hash': identity.revision,
      },
    },
    spec: {
      containers: [],
      ...pod.spec,
      hostname: name,
      subdomain: set.spec?.serviceName ?? '',
      volumes: [...others, ...own],
    },
  };
}

/** Makes the claims of an ordinal that are not there. */
export async function createClaims(context: ControllerContext, set: StatefulSet, ordinal: number): Promise<void> {
  for (const template of set.spec?.volumeClaimTemplates ?? []) {
    const name = claimName(set, template, ordinal);
    const namespace = set.metadata?.namespace;
    if (context.caches.claims.get({ namespace, name })) continue;
    const labels = { ...template.metadata?.labels, ...set.spec?.selector.matchLabels };
    const { annotations } = template.metadata ?? {};
    await context.client.create(context.kinds.claims, {
      metadata: { name, namespace, labels, ...(annotations ? { annotations } : {}) },
      spec: template.spec,
    });
  }
}

/**
 * Sets who owns the claims: the set when they go with it, the pod when they go with a smaller size, nobody when they stay.
 * The garbage collector does the rest. Source: "PersistentVolumeClaim retention".
 */
export async function keepClaimOwners(
  context: ControllerContext,
  set: StatefulSet,
  pods: ReadonlyMap<number, Pod>,
): Promise<void> {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const start = set.spec?.ordinals?.start ?? 0;
  const end = start + (set.spec?.replicas ?? 1);
  for (const [ordinal, pod] of pods) {
    const condemned = ordinal < start || ordinal >= end;
    for (const template of set.spec?.volumeClaimTemplates ?? []) {
      const at = { namespace: set.metadata?.namespace, name: claimName(set, template, ordinal) };
      const claim = context.caches.claims.get(at);
      if (!claim || claim.metadata?.deletionTimestamp) continue;
      const wanted: OwnerReference[] = [];
      if (whenDeleted === 'Delete') wanted.push(ownerReference(context.kinds.statefulSets, set));
      if (whenScaled === 'Delete' && condemned)
        wanted.push(ownerReference(context.kinds.pods, pod, { controller: false }));
      const known = claim.metadata?.ownerReferences ?? [];
      const ours = new Set([set.metadata?.uid, pod.metadata?.uid]);
      const own = known.filter((reference) => ours.has(reference.uid)).map((reference) => reference.uid);
      if (own.join() === wanted.map((reference) => reference.uid).join()) continue;
      const ownerReferences = [...known.filter((reference) => !ours.has(reference.uid)), ...wanted];
      const { resourceVersion, uid } = claim.metadata ?? {};
      const body = { metadata: { uid, resourceVersion, ownerReferences } };
      await context.client.patch(context.kinds.claims, at, { type: 'merge', body });
    }
  }
}
