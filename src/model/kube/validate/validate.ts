// Validates objects: what holds for every object first, then what holds for its kind.
import { once } from '#base';
import type { KubeObject, ResourceFacts } from '../facts.ts';
import {
  validateAdmissionBinding,
  validateAdmissionPolicy,
} from './admissionregistration/validating-admission-policy.ts';
import { validateWebhooks } from './admissionregistration/webhook-configuration.ts';
import { validateDefinition, validateDefinitionUpdate } from './apiextensions/custom-resource-definition.ts';
import { validateApiService } from './apiregistration/api-service.ts';
import { validateControllerRevision, validateControllerRevisionUpdate } from './apps/controller-revision.ts';
import { validateDaemonSet, validateDaemonSetUpdate } from './apps/daemon-set.ts';
import { validateDeployment, validateDeploymentUpdate } from './apps/deployment.ts';
import { validateReplicaSet, validateReplicaSetUpdate } from './apps/replica-set.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from './apps/stateful-set.ts';
import { validateAutoscaler } from './autoscaling/horizontal-pod-autoscaler.ts';
import { validateCronJob } from './batch/cron-job.ts';
import { validateJob, validateJobUpdate } from './batch/job.ts';
import { validateSigningRequest } from './certificates/certificate-signing-request.ts';
import { validateLease } from './coordination/lease.ts';
import { validateConfigMap, validateConfigMapUpdate } from './core/config-map.ts';
import { validateEndpoints } from './core/endpoints.ts';
import { validateEvent } from './core/event.ts';
import { validateLimitRange } from './core/limit-range.ts';
import { validateNode, validateNodeUpdate } from './core/node.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './core/persistent-volume.ts';
import { validatePersistentVolumeClaim, validatePersistentVolumeClaimUpdate } from './core/persistent-volume-claim.ts';
import { validatePodCreate, validatePodTemplate } from './core/pod.ts';
import {
  validateEphemeralUpdate,
  validatePodStatusUpdate,
  validatePodUpdate,
  validateResizeUpdate,
} from './core/pod-update.ts';
import { validateReplicationController } from './core/replication-controller.ts';
import { validateResourceQuota } from './core/resource-quota.ts';
import { validateSecret, validateSecretUpdate } from './core/secret.ts';
import { validateService, validateServiceUpdate } from './core/service.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from './discovery/endpoint-slice.ts';
import { type FieldError, Findings } from './finding.ts';
import { validateMetadata } from './metadata.ts';
import { validateMetadataUpdate } from './metadata-update.ts';
import { validateIngress } from './networking/ingress.ts';
import { validateIngressClass, validateIngressClassUpdate } from './networking/ingress-class.ts';
import { validateNetworkPolicy } from './networking/network-policy.ts';
import { validatePodDisruptionBudget } from './policy/pod-disruption-budget.ts';
import { validateClusterRole, validateRole } from './rbac/role.ts';
import { validateBindingUpdate, validateClusterRoleBinding, validateRoleBinding } from './rbac/role-binding.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './scheduling/priority-class.ts';
import { specFixed } from './spec-fixed.ts';
import { validateCsiDriver, validateCsiNode } from './storage/csi.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storage/storage-class.ts';
import { validateVolumeAttachment, validateVolumeAttachmentUpdate } from './storage/volume-attachment.ts';

type ResourceName = Pick<ResourceFacts, 'group' | 'resource' | 'namespaced' | 'type'>;
type Check = (object: never, to: Findings) => void;
type UpdateCheck = (object: never, old: never, to: Findings) => void;

/** `always` holds on create and update; `create` stands in for it on create. */
interface KindRules {
  readonly always?: Check;
  readonly create?: Check;
  readonly update?: UpdateCheck;
  /** Replaces `always` and `update` on writes to a subresource. */
  readonly sub?: Readonly<Record<string, UpdateCheck>>;
}

const POD: KindRules = {
  create: validatePodCreate,
  update: validatePodUpdate,
  sub: {
    status: validatePodStatusUpdate,
    ephemeralcontainers: validateEphemeralUpdate,
    resize: validateResizeUpdate,
  },
};

const rules = once(
  () =>
    new Map<string, KindRules>([
      ['core.v1.Pod', POD],
      ['core.v1.PodTemplate', { always: validatePodTemplate }],
      ['core.v1.Service', { always: validateService, update: validateServiceUpdate }],
      ['core.v1.ConfigMap', { always: validateConfigMap, update: validateConfigMapUpdate }],
      ['core.v1.Secret', { always: validateSecret, update: validateSecretUpdate }],
      ['core.v1.Node', { always: validateNode, update: validateNodeUpdate }],
      ['core.v1.ReplicationController', { always: validateReplicationController }],
      ['core.v1.Endpoints', { always: validateEndpoints }],
      ['core.v1.Event', { create: validateEvent }],
      ['core.v1.LimitRange', { always: validateLimitRange }],
      ['core.v1.ResourceQuota', { always: validateResourceQuota }],
      [
        'core.v1.PersistentVolumeClaim',
        { always: validatePersistentVolumeClaim, update: validatePersistentVolumeClaimUpdate },
      ],
      ['core.v1.PersistentVolume', { always: validatePersistentVolume, update: validatePersistentVolumeUpdate }],
      ['apps.v1.Deployment', { always: validateDeployment, update: validateDeploymentUpdate }],
      ['apps.v1.ReplicaSet', { always: validateReplicaSet, update: validateReplicaSetUpdate }],
      ['apps.v1.DaemonSet', { always: validateDaemonSet, update: validateDaemonSetUpdate }],
      ['apps.v1.StatefulSet', { always: validateStatefulSet, update: validateStatefulSetUpdate }],
      ['apps.v1.ControllerRevision', { always: validateControllerRevision, update: validateControllerRevisionUpdate }],
      ['batch.v1.Job', { always: validateJob, update: validateJobUpdate }],
      ['batch.v1.CronJob', { always: validateCronJob }],
      ['networking.v1.Ingress', { always: validateIngress }],
      ['networking.v1.IngressClass', { always: validateIngressClass, update: validateIngressClassUpdate }],
      ['networking.v1.NetworkPolicy', { always: validateNetworkPolicy }],
      ['discovery.v1.EndpointSlice', { always: validateEndpointSlice, update: validateEndpointSliceUpdate }],
      ['policy.v1.PodDisruptionBudget', { always: validatePodDisruptionBudget }],
      ['autoscaling.v2.HorizontalPodAutoscaler', { always: validateAutoscaler }],
      ['autoscaling.v1.HorizontalPodAutoscaler', { always: validateAutoscaler }],
      ['scheduling.v1.PriorityClass', { always: validatePriorityClass, update: validatePriorityClassUpdate }],
      ['coordination.v1.Lease', { always: validateLease }],
      ['rbac.v1.Role', { always: validateRole }],
      ['rbac.v1.ClusterRole', { always: validateClusterRole }],
      ['rbac.v1.RoleBinding', { always: validateRoleBinding, update: validateBindingUpdate }],
      ['rbac.v1.ClusterRoleBinding', { always: validateClusterRoleBinding, update: validateBindingUpdate }],
      ['storage.v1.StorageClass', { always: validateStorageClass, update: validateStorageClassUpdate }],
      ['storage.v1.CSIDriver', { always: validateCsiDriver }],
      ['storage.v1.CSINode', { always: validateCsiNode }],
      ['storage.v1.VolumeAttachment', { always: validateVolumeAttachment, update: validateVolumeAttachmentUpdate }],
      ['apiextensions.v1.CustomResourceDefinition', { always: validateDefinition, update: validateDefinitionUpdate }],
      ['apiregistration.v1.APIService', { always: validateApiService }],
      ['admissionregistration.v1.ValidatingWebhookConfiguration', { always: validateWebhooks }],
      ['admissionregistration.v1.MutatingWebhookConfiguration', { always: validateWebhooks }],
      ['admissionregistration.v1.ValidatingAdmissionPolicy', { always: validateAdmissionPolicy }],
      ['admissionregistration.v1.ValidatingAdmissionPolicyBinding', { always: validateAdmissionBinding }],
      ['certificates.v1.CertificateSigningRequest', { always: validateSigningRequest, update: specFixed }],
      ['resource.v1.ResourceClaim', { update: specFixed }],
    ]),
);

/** What is wrong with a new object; it must have gone through checkStructure, applyDefaults and prepareForCreate. */
export function validateCreate(resource: ResourceName, object: KubeObject): FieldError[] {
  const to = new Findings();
  validateMetadata(resource, object, to);
  const kind = rules().get(resource.type);
  (kind?.create ?? kind?.always)?.(object as never, to);
  return to.errors;
}

/** What is wrong with an update of the object itself; both must be in the same version. */
export function validateUpdate(resource: ResourceName, object: KubeObject, old: KubeObject): FieldError[] {
  const to = new Findings();
  validateMetadataUpdate(resource, object, old, to);
  const kind = rules().get(resource.type);
  kind?.always?.(object as never, to);
  kind?.update?.(object as never, old as never, to);
  return to.errors;
}

/** What is wrong with a write to a subresource: "status" (default), "ephemeralcontainers", "resize", "approval", "finalize". */
export function validateStatusUpdate(
  resource: ResourceName,
  object: KubeObject,
  old: KubeObject,
  subresource = 'status',
): FieldError[] {
  const to = new Findings();
  validateMetadataUpdate(resource, object, old, to);
  rules()
    .get(resource.type)
    ?.sub?.[subresource]?.(object as never, old as never, to);
  return to.errors;
}
