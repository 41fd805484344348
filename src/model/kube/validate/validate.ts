// Validates objects: what holds for every object first, then what holds for its kind.
import { once } from '#base';
import type { KubeObject, ResourceFacts } from '../facts.ts';
import * as apps from './apps/workloads.ts';
import * as batch from './batch/jobs.ts';
import * as extension from './cluster/extension.ts';
import * as config from './core/config.ts';
import * as objects from './core/objects.ts';
import * as claim from './core/persistent-volume-claim.ts';
import * as pod from './core/pod.ts';
import * as podUpdate from './core/pod-update.ts';
import * as service from './core/service.ts';
import { type FieldError, Findings } from './finding.ts';
import { validateMetadata } from './metadata.ts';
import { validateMetadataUpdate } from './metadata-update.ts';
import * as networking from './networking/networking.ts';
import * as policy from './policy/policy.ts';
import * as rbac from './rbac/roles.ts';
import * as storage from './storage/storage.ts';

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
  create: pod.validatePodCreate,
  update: podUpdate.validatePodUpdate,
  sub: {
    status: podUpdate.validatePodStatusUpdate,
    ephemeralcontainers: podUpdate.validateEphemeralUpdate,
    resize: podUpdate.validateResizeUpdate,
  },
};

const rules = once(
  () =>
    new Map<string, KindRules>([
      ['core.v1.Pod', POD],
      ['core.v1.PodTemplate', { always: pod.validatePodTemplate }],
      ['core.v1.Service', { always: service.validateService, update: service.validateServiceUpdate }],
      ['core.v1.ConfigMap', { always: config.validateConfigMap, update: config.validateConfigMapUpdate }],
      ['core.v1.Secret', { always: config.validateSecret, update: config.validateSecretUpdate }],
      ['core.v1.Node', { always: objects.validateNode, update: objects.validateNodeUpdate }],
      ['core.v1.ReplicationController', { always: objects.validateReplicationController }],
      ['core.v1.Endpoints', { always: objects.validateEndpoints }],
      ['core.v1.Event', { create: objects.validateEvent }],
      ['core.v1.LimitRange', { always: objects.validateLimitRange }],
      ['core.v1.ResourceQuota', { always: objects.validateResourceQuota }],
      [
        'core.v1.PersistentVolumeClaim',
        { always: claim.validatePersistentVolumeClaim, update: claim.validatePersistentVolumeClaimUpdate },
      ],
      [
        'core.v1.PersistentVolume',
        { always: storage.validatePersistentVolume, update: storage.validatePersistentVolumeUpdate },
      ],
      ['apps.v1.Deployment', { always: apps.validateDeployment, update: apps.validateDeploymentUpdate }],
      ['apps.v1.ReplicaSet', { always: apps.validateReplicaSet, update: apps.validateReplicaSetUpdate }],
      ['apps.v1.DaemonSet', { always: apps.validateDaemonSet, update: apps.validateDaemonSetUpdate }],
      ['apps.v1.StatefulSet', { always: apps.validateStatefulSet, update: apps.validateStatefulSetUpdate }],
      [
        'apps.v1.ControllerRevision',
        { always: apps.validateControllerRevision, update: apps.validateControllerRevisionUpdate },
      ],
      ['batch.v1.Job', { always: batch.validateJob, update: batch.validateJobUpdate }],
      ['batch.v1.CronJob', { always: batch.validateCronJob }],
      ['networking.v1.Ingress', { always: networking.validateIngress }],
      [
        'networking.v1.IngressClass',
        { always: networking.validateIngressClass, update: networking.validateIngressClassUpdate },
      ],
      ['networking.v1.NetworkPolicy', { always: networking.validateNetworkPolicy }],
      [
        'discovery.v1.EndpointSlice',
        { always: networking.validateEndpointSlice, update: networking.validateEndpointSliceUpdate },
      ],
      ['policy.v1.PodDisruptionBudget', { always: policy.validatePodDisruptionBudget }],
      ['autoscaling.v2.HorizontalPodAutoscaler', { always: policy.validateAutoscaler }],
      ['autoscaling.v1.HorizontalPodAutoscaler', { always: policy.validateAutoscaler }],
      [
        'scheduling.v1.PriorityClass',
        { always: policy.validatePriorityClass, update: policy.validatePriorityClassUpdate },
      ],
      ['coordination.v1.Lease', { always: policy.validateLease }],
      ['rbac.v1.Role', { always: rbac.validateRole }],
      ['rbac.v1.ClusterRole', { always: rbac.validateClusterRole }],
      ['rbac.v1.RoleBinding', { always: rbac.validateRoleBinding, update: rbac.validateBindingUpdate }],
      ['rbac.v1.ClusterRoleBinding', { always: rbac.validateClusterRoleBinding, update: rbac.validateBindingUpdate }],
      ['storage.v1.StorageClass', { always: storage.validateStorageClass, update: storage.validateStorageClassUpdate }],
      ['storage.v1.CSIDriver', { always: storage.validateCsiDriver }],
      ['storage.v1.CSINode', { always: storage.validateCsiNode }],
      [
        'storage.v1.VolumeAttachment',
        { always: storage.validateVolumeAttachment, update: storage.validateVolumeAttachmentUpdate },
      ],
      [
        'apiextensions.v1.CustomResourceDefinition',
        { always: extension.validateDefinition, update: extension.validateDefinitionUpdate },
      ],
      ['apiregistration.v1.APIService', { always: extension.validateApiService }],
      ['admissionregistration.v1.ValidatingWebhookConfiguration', { always: extension.validateWebhooks }],
      ['admissionregistration.v1.MutatingWebhookConfiguration', { always: extension.validateWebhooks }],
      ['admissionregistration.v1.ValidatingAdmissionPolicy', { always: extension.validateAdmissionPolicy }],
      ['admissionregistration.v1.ValidatingAdmissionPolicyBinding', { always: extension.validateAdmissionBinding }],
      [
        'certificates.v1.CertificateSigningRequest',
        { always: extension.validateSigningRequest, update: policy.specFixed },
      ],
      ['resource.v1.ResourceClaim', { update: policy.specFixed }],
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
