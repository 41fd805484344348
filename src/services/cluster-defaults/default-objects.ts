// The objects that a cluster of a site has from its first start, beside those that Kubernetes itself makes.
import type { KubeObject, Service, StorageClass } from '#model/kube';

export interface DefaultsOptions {
  /** The cluster's DNS address. */
  readonly dnsAddress: string;
}

/** Names and class as on Azure Stack Edge; volumes stand on the node of their first consumer. */
const nodeLocalClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'ase-node-local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'holdfast.dev/node-local',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
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
  { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', object: nodeLocalClass },
  { group: '', version: 'v1', resource: 'services', object: dnsService(options.dnsAddress) },
];
