// Validation of what every object carries: names, labels, annotations, owners, finalizers.
// Source: Kubernetes API concepts and the concept pages "Object Names and IDs", "Labels and Selectors", "Annotations".
import type { KubeObject, ResourceFacts } from '../facts.ts';
import type { ObjectMeta, OwnerReference } from '../generated/kinds.ts';
import { labelValueProblems, qualifiedNameProblems } from '../selector/label-syntax.ts';
import type { Findings } from './finding.ts';
import { ANNOTATION_BYTES_MAX } from './limits.ts';
import {
  dns1035Problems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  type NameRule,
  pathSegmentProblems,
} from './names.ts';

type ResourceName = Pick<ResourceFacts, 'group' | 'resource' | 'namespaced'>;

const RBAC = 'rbac.authorization.k8s.io';
/** By "group/resource"; everything else is an RFC 1123 subdomain. */
const NAME_RULES: Readonly<Record<string, NameRule>> = {
  '/namespaces': dnsLabelProblems,
  '/services': dns1035Problems,
  [`${RBAC}/roles`]: pathSegmentProblems,
  [`${RBAC}/rolebindings`]: pathSegmentProblems,
  [`${RBAC}/clusterroles`]: pathSegmentProblems,
  [`${RBAC}/clusterrolebindings`]: pathSegmentProblems,
  'certificates.k8s.io/certificatesigningrequests': pathSegmentProblems,
  'networking.k8s.io/ipaddresses': pathSegmentProblems,
};

export function nameRuleOf(resource: Pick<ResourceFacts, 'group' | 'resource'>): NameRule {
  return NAME_RULES[`${resource.group}/${resource.resource}`] ?? dnsSubdomainProblems;
}

export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  field: string,
  to: Findings,
): void {
  for (const key in labels) {
    for (const problem of qualifiedNameProblems(key)) to.invalid(field, key, problem);
    const value = labels[key] ?? '';
    for (const problem of labelValueProblems(value)) to.invalid(field, value, problem);
  }
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
  to: Findings,
): void {
  let bytes = 0;
  for (const key in annotations) {
    // Keys may be written in any case.
    for (const problem of qualifiedNameProblems(key.toLowerCase())) to.invalid(field, key, problem);
    bytes += key.length + Buffer.byteLength(annotations[key] ?? '');
  }
  if (bytes > ANNOTATION_BYTES_MAX) to.tooLong(field, ANNOTATION_BYTES_MAX);
}

function validateOwners(owners: readonly OwnerReference[], to: Findings): void {
  let controllers = 0;
  owners.forEach((owner, i) => {
    const at = `metadata.ownerReferences[${i}]`;
    if (!owner.apiVersion) to.invalid(`${at}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty');
    if (!owner.kind) to.invalid(`${at}.kind`, '', 'must not be empty');
    if (!owner.name) to.invalid(`${at}.name`, '', 'must not be empty');
    if (!owner.uid) to.invalid(`${at}.uid`, '', 'must not be empty');
    if (owner.kind === 'Event' && owner.apiVersion === 'v1')
      to.invalid(at, owner, `${owner.apiVersion}, Kind=Event is disallowed from being an owner`);
    if (owner.controller) controllers++;
  });
  if (controllers > 1)
    to.invalid('metadata.ownerReferences', owners, 'Only one reference can have Controller set to true');
}

function validateFinalizers(finalizers: readonly string[], to: Findings): void {
  for (const finalizer of finalizers)
    for (const problem of qualifiedNameProblems(finalizer)) to.invalid('metadata.finalizers', finalizer, problem);
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    to.invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set');
}

function validateNamespace(resource: ResourceName, meta: ObjectMeta, to: Findings): void {
  if (!resource.namespaced) {
    if (meta.namespace) to.forbidden('metadata.namespace', 'not allowed on this type');
  } else if (!meta.namespace) to.required('metadata.namespace');
  else
    for (const problem of dnsLabelProblems(meta.namespace)) to.invalid('metadata.namespace', meta.namespace, problem);
}

/** `nameRule` overrides the kind's own (custom resources use the default). */
export function validateMetadata(resource: ResourceName, object: KubeObject, to: Findings): void {
  const meta = object.metadata ?? {};
  const rule = nameRuleOf(resource);
  if (meta.generateName) {
    // What is generated is appended, so a dash at the end of the prefix is fine.
    const prefix = meta.generateName.replace(/-$/, 'a');
    for (const problem of rule(prefix)) to.invalid('metadata.generateName', meta.generateName, problem);
  }
  if (!meta.name) to.required('metadata.name', 'name or generateName is required');
  else for (const problem of rule(meta.name)) to.invalid('metadata.name', meta.name, problem);
  validateNamespace(resource, meta, to);
  if ((meta.generation ?? 0) < 0)
    to.invalid('metadata.generation', meta.generation, 'must be greater than or equal to 0');
  if (meta.labels) validateLabels(meta.labels, 'metadata.labels', to);
  if (meta.annotations) validateAnnotations(meta.annotations, 'metadata.annotations', to);
  if (meta.ownerReferences?.length) validateOwners(meta.ownerReferences, to);
  if (meta.finalizers?.length) validateFinalizers(meta.finalizers, to);
}
