// What plug-ins look up, over live caches; in process these cost nothing and are never behind.
import type { Client } from '#client';
import { resourceOf } from '#client';
import type {
  IngressClass,
  Namespace,
  Pod,
  PriorityClass,
  RuntimeClass,
  ServiceAccount,
  StorageClass,
} from '#model/kube';

export interface AdmissionLookups {
  namespace(name: string): Namespace | undefined;
  serviceAccount(namespace: string, name: string): ServiceAccount | undefined;
  pod(namespace: string, name: string): Pod | undefined;
  priorityClasses(): readonly PriorityClass[];
  storageClasses(): readonly StorageClass[];
  ingressClasses(): readonly IngressClass[];
  runtimeClass(name: string): RuntimeClass | undefined;
}

export function admissionLookups(client: Client): AdmissionLookups & { readonly synced: Promise<void>; close(): void } {
  const namespaces = client.cache(resourceOf<Namespace>('', 'v1', 'namespaces'));
  const accounts = client.cache(resourceOf<ServiceAccount>('', 'v1', 'serviceaccounts'));
  const pods = client.cache(resourceOf<Pod>('', 'v1', 'pods'));
  const priorities = client.cache(resourceOf<PriorityClass>('scheduling.k8s.io', 'v1', 'priorityclasses'));
  const storage = client.cache(resourceOf<StorageClass>('storage.k8s.io', 'v1', 'storageclasses'));
  const ingress = client.cache(resourceOf<IngressClass>('networking.k8s.io', 'v1', 'ingressclasses'));
  const runtimes = client.cache(resourceOf<RuntimeClass>('node.k8s.io', 'v1', 'runtimeclasses'));
  const caches = [namespaces, accounts, pods, priorities, storage, ingress, runtimes];
  return {
    namespace: (name) => namespaces.get({ name }),
    serviceAccount: (namespace, name) => accounts.get({ namespace, name }),
    pod: (namespace, name) => pods.get({ namespace, name }),
    priorityClasses: () => priorities.list(),
    storageClasses: () => storage.list(),
    ingressClasses: () => ingress.list(),
    runtimeClass: (name) => runtimes.get({ name }),
    synced: Promise.all(caches.map((cache) => cache.synced)).then(() => undefined),
    close: () => {
      for (const cache of caches) cache.close();
    },
  };
}
