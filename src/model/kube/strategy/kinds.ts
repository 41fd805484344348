// What single kinds do before a write: first statuses, generated selectors, fields that one write may not lose.
import type { KubeObject, ResourceFacts } from '../facts.ts';
import type {
  CustomResourceDefinition,
  Job,
  Namespace,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from '../generated/kinds.ts';
import { qosClassOf } from './quality.ts';
import { dropTypeDependents, keepAllocations } from './service.ts';

type ResourceName = Pick<ResourceFacts, 'group' | 'resource'>;

const keyOf = (resource: ResourceName) => `${resource.group}/${resource.resource}`;

/** The status of an object that nobody has looked at yet; required fields are there. */
export function statusAtBirth(resource: ResourceName): Record<string, unknown> {
  switch (keyOf(resource)) {
    case '/pods':
    case '/persistentvolumeclaims':
    case '/persistentvolumes':
      return { phase: 'Pending' };
    case '/namespaces':
      return { phase: 'Active' };
    case '/services':
    case 'networking.k8s.io/ingresses':
      return { loadBalancer: {} };
    case '/replicationcontrollers':
    case 'apps/replicasets':
      return { replicas: 0 };
    case 'apps/statefulsets':
      return { replicas: 0, availableReplicas: 0 };
    case 'apps/daemonsets':
      return { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    case 'policy/poddisruptionbudgets':
      return { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
    case 'autoscaling/horizontalpodautoscalers':
      return { desiredReplicas: 0 };
    case 'storage.k8s.io/volumeattachments':
      return { attached: false };
    default:
      return {};
  }
}

function bearPod(pod: Pod): void {
  if (!pod.spec) return;
  pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec) };
  if (pod.spec.schedulingGates?.length)
    pod.status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ];
}

function bearNamespace(namespace: Namespace): void {
  const finalizers = namespace.spec?.finalizers ?? [];
  namespace.spec = {
    ...namespace.spec,
    finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
  };
}

/** Unless it brings a selector of its own, a job selects the pods that carry its uid. */
function bearJob(job: Job): void {
  const spec = job.spec;
  const uid = job.metadata?.uid ?? '';
  const name = job.metadata?.name ?? '';
  if (!spec?.template || spec.manualSelector) return;
  spec.template.metadata ??= {};
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    'controller-uid': uid,
    'batch.kubernetes.io/controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/job-name': name,
  };
  spec.selector ??= {};
  spec.selector.matchLabels = { ...spec.selector.matchLabels, 'batch.kubernetes.io/controller-uid': uid };
}

/** The older dataSource and the newer dataSourceRef say the same, unless the newer one names a namespace. */
function bearClaim(claim: PersistentVolumeClaim): void {
  const spec = claim.spec;
  if (!spec) return;
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { kind, name, apiGroup } = spec.dataSourceRef;
    if (kind === 'PersistentVolumeClaim' || kind === 'VolumeSnapshot')
      spec.dataSource = { kind, name, ...(apiGroup ? { apiGroup } : {}) };
  }
}

function bearDefinition(definition: CustomResourceDefinition): void {
  const stored = definition.spec?.versions?.filter((version) => version.storage).map((version) => version.name);
  definition.status = {
    conditions: [],
    acceptedNames: { kind: '', plural: '' },
    storedVersions: stored ?? [],
  };
}

/** Adds the storage version to the versions in which objects may be kept; only a migration takes one away. */
function recordStorageVersion(definition: CustomResourceDefinition): void {
  const stored = definition.status?.storedVersions ?? [];
  const now = definition.spec?.versions?.find((version) => version.storage)?.name;
  if (now && !stored.includes(now)) definition.status = { ...definition.status, storedVersions: [...stored, now] };
}

/** stringData is for writing only: it becomes data, and wins over it. */
function foldStringData(secret: Secret): void {
  const { stringData } = secret;
  if (stringData === undefined) return;
  delete secret.stringData;
  const written = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  if (written.length > 0) secret.data = { ...secret.data, ...Object.fromEntries(written) };
}

type Prepare = (object: never, old: never) => void;

const keepSpec = (object: Namespace, old: Namespace): void => {
  object.spec = old.spec;
};

function updateService(service: Service, old: Service): void {
  keepAllocations(service.spec, old.spec);
  dropTypeDependents(service.spec, old.spec);
}

const AT_CREATE: Readonly<Record<string, Prepare>> = {
  '/pods': bearPod,
  '/namespaces': bearNamespace,
  '/persistentvolumeclaims': bearClaim,
  '/secrets': foldStringData,
  'batch/jobs': bearJob,
  'apiextensions.k8s.io/customresourcedefinitions': bearDefinition,
};
const AT_UPDATE: Readonly<Record<string, Prepare>> = {
  '/namespaces': keepSpec,
  '/services': updateService,
  '/persistentvolumeclaims': bearClaim,
  '/secrets': foldStringData,
  'apiextensions.k8s.io/customresourcedefinitions': recordStorageVersion,
};

export function prepareKindForCreate(resource: ResourceName, object: KubeObject): void {
  AT_CREATE[keyOf(resource)]?.(object as never, object as never);
}

export function prepareKindForUpdate(resource: ResourceName, object: KubeObject, old: KubeObject): void {
  AT_UPDATE[keyOf(resource)]?.(object as never, old as never);
}
