// A node writes only what is its own: its Node, its lease, the status of its pods, mirror pods, tokens for its pods. It cannot
// label or taint itself into being trusted with more. Complements node authorization, which cannot see bodies.
// Source: Kubernetes documentation, "Admission Control", NodeRestriction.
import { sameJson } from '#base';
import { nodeNameOf } from '#engine/authorization';
import type { Node, ObjectMeta, PersistentVolume, Pod, TokenRequest } from '#model/kube';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { forbid } from './refusal.ts';
import { MIRROR_ANNOTATION } from './service-account.ts';

const OWN_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
const OWN_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

/** Whether a node may give itself this label. */
function isOwnLabel(label: string): boolean {
  const domain = label.includes('/') ? label.slice(0, label.indexOf('/')) : '';
  const reserved = ['kubernetes.io', 'k8s.io'].some((suffix) => domain === suffix || domain.endsWith(`.${suffix}`));
  return !reserved || OWN_LABELS.has(label) || OWN_DOMAINS.some((own) => domain === own || domain.endsWith(`.${own}`));
}

function checkLabels(
  request: AdmissionRequest,
  node: string,
  now: ObjectMeta | undefined,
  old: ObjectMeta | undefined,
): void {
  const labels = new Set([...Object.keys(now?.labels ?? {}), ...Object.keys(old?.labels ?? {})]);
  const wrong = [...labels]
    .filter((label) => now?.labels?.[label] !== old?.labels?.[label] && !isOwnLabel(label))
    .sort();
  if (wrong.length > 0) forbid(request, `node "${node}" is not allowed to modify labels: ${wrong.join(', ')}`);
}

function checkNode(request: AdmissionRequest, node: string): void {
  const name = request.name || request.object?.metadata?.name;
  if (name !== node) forbid(request, `node "${node}" is not allowed to modify node "${name}"`);
  const [now, old] = [request.object as Node | undefined, request.oldObject as Node | undefined];
  if (request.operation === 'CREATE' && now?.spec?.configSource)
    forbid(request, `node "${node}" is not allowed to create pods with a non-nil configSource`);
  if (request.operation !== 'DELETE') checkLabels(request, node, now?.metadata, old?.metadata);
  if (request.operation !== 'UPDATE') return;
  if (!sameJson(now?.spec?.taints ?? [], old?.spec?.taints ?? []))
    forbid(request, `node "${node}" is not allowed to modify taints`);
  if (!sameJson(now?.metadata?.ownerReferences ?? [], old?.metadata?.ownerReferences ?? []))
    forbid(request, `node "${node}" is not allowed to modify ownerReferences`);
}

function checkCreatedPod(request: AdmissionRequest, node: string, pod: Pod): void {
  if (pod.metadata?.annotations?.[MIRROR_ANNOTATION] === undefined)
    forbid(request, `pod does not have "${MIRROR_ANNOTATION}" annotation, node "${node}" can only create mirror pods`);
  if (pod.spec?.nodeName !== node)
    forbid(request, `node "${node}" can only create pods with spec.nodeName set to itself`);
  const owners = pod.metadata.ownerReferences ?? [];
  const own = owners.every((owner) => owner.kind === 'Node' && owner.name === node && !owner.blockOwnerDeletion);
  if (owners.length > 1 || !own)
    forbid(request, `node "${node}" can only create pods with an owner reference set to itself`);
}

function checkPod(request: AdmissionRequest, node: string, lookups: Pick<AdmissionLookups, 'pod'>): void {
  const { operation, subresource } = request;
  if (operation === 'CREATE' && subresource === '') {
    checkCreatedPod(request, node, request.object as Pod);
    return;
  }
  const pod =
    operation === 'UPDATE' || operation === 'DELETE'
      ? (request.oldObject as Pod | undefined)
      : lookups.pod(request.namespace, request.name);
  if (pod?.spec?.nodeName !== node)
    forbid(request, `node "${node}" can only write pods with spec.nodeName set to itself`);
  if (operation === 'UPDATE' && subresource !== 'status' && subresource !== '')
    forbid(request, `node "${node}" can only update pod status`);
  if (operation === 'UPDATE' && !sameJson(request.object?.metadata?.labels ?? {}, pod.metadata?.labels ?? {}))
    forbid(request, `node "${node}" cannot update labels through pod status`);
}

function checkToken(request: AdmissionRequest, node: string, lookups: Pick<AdmissionLookups, 'pod'>): void {
  const ref = (request.object as TokenRequest | undefined)?.spec?.boundObjectRef;
  if (ref?.kind !== 'Pod' || !ref.name) forbid(request, `node requested token not bound to a pod`);
  if (!ref.uid) forbid(request, `node requested token with a pod binding without a uid`);
  const pod = lookups.pod(request.namespace, ref.name);
  if (pod?.metadata?.uid !== ref.uid)
    forbid(request, 'the UID in the bound object reference does not match the UID in record');
  if (pod.spec?.nodeName !== node) forbid(request, `node requested token bound to a pod scheduled on a different node`);
}

/** A node clears away the volumes that stand on it; all it says about them is that it has. */
function checkVolume(request: AdmissionRequest, node: string): void {
  const [now, old] = [
    request.object as PersistentVolume | undefined,
    request.oldObject as PersistentVolume | undefined,
  ];
  const own = old?.metadata?.annotations?.['holdfast.dev/node'] === node;
  const kept = (volume: PersistentVolume | undefined): unknown => {
    const { finalizers: _f, managedFields: _m, resourceVersion: _r, ...metadata } = volume?.metadata ?? {};
    return { metadata, spec: volume?.spec };
  };
  if (request.operation !== 'UPDATE' || !own || !sameJson(kept(now), kept(old)))
    forbid(request, `node "${node}" can only remove finalizers of persistent volumes that stand on it`);
}

export function nodeRestriction(lookups: Pick<AdmissionLookups, 'pod'>): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    mutate(request) {
      const node = nodeNameOf(request.user);
      if (node === undefined) return;
      const { group, resource } = request.resource;
      const name = request.name || request.object?.metadata?.name;
      if (group === '' && resource === 'nodes') checkNode(request, node);
      else if (group === '' && resource === 'pods') checkPod(request, node, lookups);
      else if (group === '' && resource === 'persistentvolumes') checkVolume(request, node);
      else if (group === '' && resource === 'serviceaccounts' && request.subresource === 'token')
        checkToken(request, node, lookups);
      else if (group === 'coordination.k8s.io' && resource === 'leases') {
        if (request.namespace !== 'kube-node-lease' || name !== node)
          forbid(request, `can only access node lease with the same name as the requesting node`);
      } else if (group === 'storage.k8s.io' && resource === 'csinodes' && name !== node)
        forbid(request, `can only access CSINode with the same name as the requesting node`);
      else if (group === 'resource.k8s.io' && resource === 'resourceslices') {
        const slice = (request.object ?? request.oldObject) as { spec?: { nodeName?: string } } | undefined;
        if (slice?.spec?.nodeName !== node) forbid(request, `can only access ResourceSlices of the requesting node`);
      }
    },
  };
}
