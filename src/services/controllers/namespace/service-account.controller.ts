// Keeps the service account `default` in each namespace. Source: Kubernetes tasks "Configure Service Accounts for Pods".
import { type Controller, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { createUnlessThere } from './create-unless-there.ts';

export function serviceAccountController(context: ControllerContext): Controller {
  const { caches, kinds } = context;
  return {
    name: 'serviceaccount-controller',
    watches: [
      { cache: caches.namespaces, keys: ({ object }) => [object.metadata?.name ?? ''] },
      {
        cache: caches.serviceAccounts,
        keys: ({ type, object }) =>
          type === 'deleted' && object.metadata?.name === 'default' ? [object.metadata.namespace ?? ''] : [],
      },
    ],
    async reconcile(key) {
      const namespace = caches.namespaces.get(nameOfKey(key));
      if (!namespace || namespace.metadata?.deletionTimestamp) return;
      const at = { namespace: key, name: 'default' };
      if (!caches.serviceAccounts.get(at)) await createUnlessThere(context, kinds.serviceAccounts, { metadata: at });
    },
  };
}
