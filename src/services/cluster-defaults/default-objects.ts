// The objects that a cluster of a site has from its first start, beside those that Kubernetes itself makes.
import type { CSIDriver, KubeObject, Service, StorageClass } from '#model/kube';
import { REPLICATED_CLASS, REPLICATED_DRIVER } from '#model/site';

export interface DefaultsOptions {
  /** The cluster's DNS address. */
  readonly dnsAddress: string;
  /** The site has two nodes, and volumes with a copy on each. */
  readonly replicatedVolumes?: boolean;
}

const classNamed = (name: string, isDefault: boolean): KubeObject['metadata'] => ({
  name,
  ...(isDefault && { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }),
});

/** Names and class as on Azure Stack Edge; volumes stand on the node of their first consumer. The default where there is one node. */
const nodeLocalClass = (isDefault: boolean): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: classNamed('ase-node-local', isDefault),
  provisioner: 'holdfast.dev/node-local',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
});

/** Volumes with a copy on each node: whichever runs the pod finds the same. The default of a site that was made with two: a pod that is
 * tied to one node would cost it the loss of that. */
const replicatedClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: classNamed(REPLICATED_CLASS, true),
  provisioner: REPLICATED_DRIVER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

/** Every node has every volume: nothing is attached first, and none is made of a pod alone. */
const replicatedDriver: CSIDriver = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: REPLICATED_DRIVER },
  spec: { attachRequired: false, podInfoOnMount: false, fsGroupPolicy: 'File', volumeLifecycleModes: ['Persistent'] },
};

/** Holds the DNS address: every machine serves it itself, so the service has neither selector nor endpoints. */
const dnsService = (dnsAddress: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kube-dns',
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/name': 'CoreDNS', 'kubernetes.io/cluster-service': 'true' },
  },
  spec: {
    clusterIP: dnsAddress,
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ],
  },
});

export interface DefaultObject {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly object: KubeObject;
}

export const defaultObjects = (options: DefaultsOptions): readonly DefaultObject[] => [
  {
    group: 'storage.k8s.io',
    version: 'v1',
    resource: 'storageclasses',
    object: nodeLocalClass(!options.replicatedVolumes),
  },
  ...(options.replicatedVolumes
    ? [
        { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', object: replicatedClass },
        { group: 'storage.k8s.io', version: 'v1', resource: 'csidrivers', object: replicatedDriver },
      ]
    : []),
  { group: '', version: 'v1', resource: 'services', object: dnsService(options.dnsAddress) },
];
