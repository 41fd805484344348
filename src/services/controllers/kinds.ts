// The resources that the controllers work with, each with the type of its objects.
import { resourceOf } from '#client';
import type {
  ClusterRole,
  ConfigMap,
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  Job,
  Lease,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
  StorageClass,
} from '#model/kube';

export interface Kinds extends ReturnType<typeof builtinKinds> {}

export function builtinKinds() {
  return {
    pods: resourceOf<Pod>('', 'v1', 'pods'),
    nodes: resourceOf<Node>('', 'v1', 'nodes'),
    namespaces: resourceOf<Namespace>('', 'v1', 'namespaces'),
    services: resourceOf<Service>('', 'v1', 'services'),
    endpoints: resourceOf<Endpoints>('', 'v1', 'endpoints'),
    endpointSlices: resourceOf<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices'),
    configMaps: resourceOf<ConfigMap>('', 'v1', 'configmaps'),
    secrets: resourceOf<Secret>('', 'v1', 'secrets'),
    serviceAccounts: resourceOf<ServiceAccount>('', 'v1', 'serviceaccounts'),
    claims: resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims'),
    volumes: resourceOf<PersistentVolume>('', 'v1', 'persistentvolumes'),
    storageClasses: resourceOf<StorageClass>('storage.k8s.io', 'v1', 'storageclasses'),
    replicationControllers: resourceOf<ReplicationController>('', 'v1', 'replicationcontrollers'),
    replicaSets: resourceOf<ReplicaSet>('apps', 'v1', 'replicasets'),
    deployments: resourceOf<Deployment>('apps', 'v1', 'deployments'),
    statefulSets: resourceOf<StatefulSet>('apps', 'v1', 'statefulsets'),
    daemonSets: resourceOf<DaemonSet>('apps', 'v1', 'daemonsets'),
    revisions: resourceOf<ControllerRevision>('apps', 'v1', 'controllerrevisions'),
    cronJobs: resourceOf<CronJob>('batch', 'v1', 'cronjobs'),
    jobs: resourceOf<Job>('batch', 'v1', 'jobs'),
    budgets: resourceOf<PodDisruptionBudget>('policy', 'v1', 'poddisruptionbudgets'),
    leases: resourceOf<Lease>('coordination.k8s.io', 'v1', 'leases'),
    clusterRoles: resourceOf<ClusterRole>('rbac.authorization.k8s.io', 'v1', 'clusterroles'),
  };
}
