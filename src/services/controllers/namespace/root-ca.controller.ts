// Publishes the certificate authority of the API server as the config map `kube-root-ca.crt` of each namespace, which
// service-account volumes carry into pods.
import { sameJson } from '#base';
import { type Controller, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { rootCaResyncMs } from '../limits.ts';
import { createUnlessThere } from './create-unless-there.ts';

const NAME = 'kube-root-ca.crt';

export function rootCaController(context: ControllerContext, rootCaPem: () => string): Controller {
  const { caches, client, kinds } = context;
  const annotations = { 'kubernetes.io/description': 'Certificates that pods verify the API server with.' };
  return {
    name: 'root-ca-certificate-publisher',
    resyncMs: rootCaResyncMs,
    watches: [
      { cache: caches.namespaces, keys: ({ object }) => [object.metadata?.name ?? ''] },
      {
        cache: caches.configMaps,
        keys: ({ object }) => (object.metadata?.name === NAME ? [object.metadata.namespace ?? ''] : []),
      },
    ],
    async reconcile(key) {
      const data = { 'ca.crt': rootCaPem() };
      const namespace = caches.namespaces.get(nameOfKey(key));
      if (!namespace || namespace.metadata?.deletionTimestamp) return;
      const known = caches.configMaps.get({ namespace: key, name: NAME });
      if (!known) {
        await createUnlessThere(context, kinds.configMaps, {
          metadata: { namespace: key, name: NAME, annotations },
          data,
        });
      } else if (!sameJson(known.data, data)) {
        await client.update(kinds.configMaps, { ...known, data });
      }
    },
  };
}
