// Applies defaults to an object: those of the schema first, then those that the schema does not carry.
import { memo, once } from '#base';
import type { KubeObject, ResourceFacts } from '../facts.ts';
import { schemaOf } from '../schema/parse.ts';
import * as apps from './apps/workloads.ts';
import * as batch from './batch/jobs.ts';
import * as objects from './core/objects.ts';
import * as volumes from './core/persistent-volume.ts';
import * as pod from './core/pod.ts';
import { defaultService } from './core/service.ts';
import * as extension from './extension/extension.ts';
import * as networking from './networking/networking.ts';
import * as policies from './policies/policies.ts';
import { applySchemaDefaults } from './schema-defaults.ts';
import * as storage from './storage/storage.ts';

type Defaulter = (object: KubeObject) => void;

/** An entry takes the object of its own type; the table forgets which, because its key says it. */
function entry<K extends KubeObject>(type: string, fill: (object: K) => void): [string, Defaulter] {
  return [type, fill as Defaulter];
}

const written = once(
  () =>
    new Map<string, Defaulter>([
      entry('core.v1.Pod', pod.defaultPod),
      entry('core.v1.PodTemplate', pod.defaultPodTemplateObject),
      entry('core.v1.Service', defaultService),
      entry('core.v1.Secret', objects.defaultSecret),
      entry('core.v1.Namespace', objects.defaultNamespace),
      entry('core.v1.Node', objects.defaultNode),
      entry('core.v1.PersistentVolume', volumes.defaultPersistentVolume),
      entry('core.v1.PersistentVolumeClaim', volumes.defaultPersistentVolumeClaim),
      entry('core.v1.Endpoints', objects.defaultEndpoints),
      entry('core.v1.ReplicationController', objects.defaultReplicationController),
      entry('core.v1.LimitRange', objects.defaultLimitRange),
      entry('apps.v1.Deployment', apps.defaultDeployment),
      entry('apps.v1.ReplicaSet', apps.defaultReplicaSet),
      entry('apps.v1.DaemonSet', apps.defaultDaemonSet),
      entry('apps.v1.StatefulSet', apps.defaultStatefulSet),
      entry('batch.v1.Job', batch.defaultJob),
      entry('batch.v1.CronJob', batch.defaultCronJob),
      entry('networking.v1.NetworkPolicy', networking.defaultNetworkPolicy),
      entry('networking.v1.IngressClass', networking.defaultIngressClass),
      entry('discovery.v1.EndpointSlice', networking.defaultEndpointSlice),
      entry('storage.v1.StorageClass', storage.defaultStorageClass),
      entry('storage.v1.CSIDriver', storage.defaultCsiDriver),
      entry('resource.v1.ResourceClaim', storage.defaultResourceClaim),
      entry('resource.v1.ResourceClaimTemplate', storage.defaultResourceClaimTemplate),
      entry('rbac.v1.RoleBinding', policies.defaultRoleBinding),
      entry('rbac.v1.ClusterRoleBinding', policies.defaultRoleBinding),
      entry('scheduling.v1.PriorityClass', policies.defaultPriorityClass),
      entry('autoscaling.v2.HorizontalPodAutoscaler', policies.defaultAutoscaler),
      entry('flowcontrol.v1.FlowSchema', policies.defaultFlowSchema),
      entry('flowcontrol.v1.PriorityLevelConfiguration', policies.defaultPriorityLevel),
      entry('authentication.v1.TokenRequest', policies.defaultTokenRequest),
      entry('apiextensions.v1.CustomResourceDefinition', extension.defaultCustomResourceDefinition),
      entry('apiregistration.v1.APIService', extension.defaultApiService),
      entry('admissionregistration.v1.ValidatingWebhookConfiguration', extension.defaultValidatingWebhooks),
      entry('admissionregistration.v1.MutatingWebhookConfiguration', extension.defaultMutatingWebhooks),
      entry('admissionregistration.v1.ValidatingAdmissionPolicy', extension.defaultAdmissionPolicy),
      entry('admissionregistration.v1.MutatingAdmissionPolicy', extension.defaultAdmissionPolicy),
      entry('admissionregistration.v1.ValidatingAdmissionPolicyBinding', extension.defaultAdmissionBinding),
      entry('admissionregistration.v1.MutatingAdmissionPolicyBinding', extension.defaultAdmissionBinding),
    ]),
);

const defaulterOf = once(() =>
  memo((type: string): Defaulter => {
    const schema = schemaOf(type);
    const byHand = written().get(type);
    return (object) => {
      if (schema) applySchemaDefaults(schema, object as Record<string, unknown>);
      byHand?.(object);
    };
  }),
);

/** Fills in, in place, what the client left out. The object must have the right structure ({@link checkStructure}). */
export function applyDefaults(resource: Pick<ResourceFacts, 'type'>, object: KubeObject): void {
  defaulterOf()(resource.type)(object);
}
