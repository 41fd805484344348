// Refuses objects that are not valid, before anything is written.
import { ApiError } from '#client';
import {
  type FieldError,
  Findings,
  invalidStatus,
  type KubeObject,
  type ResourceFacts,
  validateCreate,
  validateStatusUpdate,
  validateUpdate,
} from '#model/kube';
import type { ServedResource } from './served-resource.ts';

/** Kinds whose updates must name the revision they change, by store prefix: blind overwrites of these do harm. */
const CONDITIONAL_ONLY: ReadonlySet<string> = new Set([
  '/coordination.k8s.io/leases/',
  '/policy/poddisruptionbudgets/',
  '/apiextensions.k8s.io/customresourcedefinitions/',
  '/apiregistration.k8s.io/apiservices/',
  '/storage.k8s.io/csidrivers/',
  '/storage.k8s.io/csinodes/',
  '/storage.k8s.io/volumeattachments/',
  '/node.k8s.io/runtimeclasses/',
  '/flowcontrol.apiserver.k8s.io/flowschemas/',
  '/flowcontrol.apiserver.k8s.io/prioritylevelconfigurations/',
  '/admissionregistration.k8s.io/validatingwebhookconfigurations/',
  '/admissionregistration.k8s.io/mutatingwebhookconfigurations/',
  '/admissionregistration.k8s.io/validatingadmissionpolicies/',
  '/admissionregistration.k8s.io/validatingadmissionpolicybindings/',
]);

export function allowsUnconditionalUpdate(resource: ServedResource): boolean {
  return !resource.custom && !CONDITIONAL_ONLY.has(resource.prefix);
}

/** The 422 for these findings. */
export function invalid(resource: ResourceFacts, name: string, errors: readonly FieldError[]): ApiError {
  const status = invalidStatus(resource, name, errors);
  return new ApiError(422, 'Invalid', status.message ?? '', status.details);
}

/** The 422 for one finding. */
export function invalidBecause(resource: ResourceFacts, name: string, find: (to: Findings) => void): ApiError {
  const findings = new Findings();
  find(findings);
  return invalid(resource, name, findings.errors);
}

/** Errors: ApiError 422. */
export function refuseInvalidCreate(resource: ResourceFacts, object: KubeObject): void {
  const errors = validateCreate(resource, object);
  if (errors.length > 0) throw invalid(resource, object.metadata?.name ?? '', errors);
}

/** `subresource` is "" for the object itself. Errors: ApiError 422. */
export function refuseInvalidUpdate(
  resource: ResourceFacts,
  object: KubeObject,
  present: KubeObject,
  subresource: string,
): void {
  const errors =
    subresource === ''
      ? validateUpdate(resource, object, present)
      : validateStatusUpdate(resource, object, present, subresource);
  if (errors.length > 0) throw invalid(resource, object.metadata?.name ?? '', errors);
}
