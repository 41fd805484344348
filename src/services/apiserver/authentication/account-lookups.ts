// Finds the objects that a token rests on: its account, and what it is bound to.
import type { Client } from '#client';
import { resourceOf } from '#client';
import type { Node, Pod, Secret, ServiceAccount } from '#model/kube';

export interface AccountLookups {
  serviceAccount(namespace: string, name: string): ServiceAccount | undefined;
  pod(namespace: string, name: string): Pod | undefined;
  secret(namespace: string, name: string): Secret | undefined;
  node(name: string): Node | undefined;
}

/** Over live caches; in process these cost nothing and are never behind. */
export function accountLookups(client: Client): AccountLookups & { readonly synced: Promise<void>; close(): void } {
  const accounts = client.cache(resourceOf<ServiceAccount>('', 'v1', 'serviceaccounts'));
  const pods = client.cache(resourceOf<Pod>('', 'v1', 'pods'));
  const secrets = client.cache(resourceOf<Secret>('', 'v1', 'secrets'));
  const nodes = client.cache(resourceOf<Node>('', 'v1', 'nodes'));
  const caches = [accounts, pods, secrets, nodes];
  return {
    serviceAccount: (namespace, name) => accounts.get({ namespace, name }),
    pod: (namespace, name) => pods.get({ namespace, name }),
    secret: (namespace, name) => secrets.get({ namespace, name }),
    node: (name) => nodes.get({ name }),
    synced: Promise.all(caches.map((cache) => cache.synced)).then(() => undefined),
    close: () => {
      for (const cache of caches) cache.close();
    },
  };
}
