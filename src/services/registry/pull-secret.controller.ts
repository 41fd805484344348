// Puts the pull secret of the site's registry into every namespace, so that pods can pull by the registry's own name.
import { type Client, resourceOf } from '#client';
import type { Namespace, Secret } from '#model/kube';
import { base64 } from '#platform/digest';
import { type Controller, keyOf } from '#reconcile';

/** The name that Azure Stack Edge gives it. */
const PULL_SECRET = 'ase-ecr-credentials';

export interface PullSecretOptions {
  readonly client: Client;
  /** Registry hosts with port, all with the same user. */
  readonly hosts: readonly string[];
  readonly user: string;
  readonly password: string;
}

export function pullSecretController(options: PullSecretOptions): Controller {
  const { client } = options;
  const NAMESPACES = resourceOf<Namespace>('', 'v1', 'namespaces');
  const SECRETS = resourceOf<Secret>('', 'v1', 'secrets');
  const namespaces = client.cache(NAMESPACES);
  const secrets = client.cache(SECRETS, { fieldSelector: `metadata.name=${PULL_SECRET}` });
  const auth = {
    username: options.user,
    password: options.password,
    auth: base64.encode(`${options.user}:${options.password}`),
  };
  const data = base64.encode(JSON.stringify({ auths: Object.fromEntries(options.hosts.map((host) => [host, auth])) }));
  return {
    name: 'registry-pull-secret',
    watches: [
      { cache: namespaces, keys: ({ object }) => [keyOf(object)] },
      { cache: secrets, keys: ({ object }) => [object.metadata?.namespace ?? ''] },
    ],
    reconcile: async (name) => {
      const namespace = namespaces.get({ name });
      if (!namespace || namespace.metadata?.deletionTimestamp) return;
      const present = secrets.get({ namespace: name, name: PULL_SECRET });
      if (present?.data?.['.dockerconfigjson'] === data) return;
      const secret: Secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: PULL_SECRET, namespace: name },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': data },
      };
      const at = { namespace: name, name: PULL_SECRET };
      if (present) await client.patch(SECRETS, at, { type: 'merge', body: { data: secret.data } });
      else await client.create(SECRETS, secret);
    },
  };
}
