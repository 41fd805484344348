// What the API server identifies itself with, believes and signs with, read from the site's certificates.
import type { ApiCredentials } from '#services/apiserver';
import type { Pki } from '#services/infrastructure';

export function apiCredentials(pki: Pki): ApiCredentials {
  const kubernetesServers = pki.anchor('kubernetes-servers');
  return {
    tls: pki.leaf('apiserver'),
    clientCaPem: pki.anchor('kubernetes-clients'),
    rootCaPem: kubernetesServers,
    serviceAccountKeys: pki.accountKeys(),
    nodeClient: { ...pki.leaf('apiserver-node-client'), caPem: kubernetesServers },
  };
}
