// Rights of people in namespaces: role bindings in the site's cluster, made and removed through its API, where kubectl shows them.
// One binding for each person and namespace, found by its label.
import { WorldError } from '#base';
import { USER_ROLES, type UserGrant, type UserRole } from '#model/site';

/** Asks the cluster's API with an identity that may do everything. Errors: WorldError `Unavailable`. */
export type AskCluster = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface Grants {
  /** Errors: WorldError `NotFound` when there is no such namespace. */
  grant(name: string, grant: UserGrant): Promise<void>;
  /** False when there was nothing to take back. */
  revoke(name: string, namespace: string): Promise<boolean>;
  /** Takes everything back; answers the namespaces. */
  revokeAll(name: string): Promise<string[]>;
  /** By person. */
  list(): Promise<ReadonlyMap<string, readonly UserGrant[]>>;
}

const USER_LABEL = 'holdfast.dev/user';
const GROUP = 'rbac.authorization.k8s.io';
const bindingName = (name: string): string => `holdfast-user-${name}`;
const bindingsPath = (namespace: string): string => `/apis/${GROUP}/v1/namespaces/${namespace}/rolebindings`;

interface Binding {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Record<string, string> };
  readonly roleRef: { readonly kind: string; readonly name: string };
}

export function openGrants(ask: AskCluster): Grants {
  /** Errors: WorldError `Failed` for any answer but these. */
  const asked = async (accepted: readonly number[], ...call: Parameters<AskCluster>): ReturnType<AskCluster> => {
    const answer = await ask(...call);
    if (accepted.includes(answer.status)) return answer;
    const said = (answer.body as { message?: string } | undefined)?.message ?? `it answered ${answer.status}`;
    throw new WorldError('Failed', `the Kubernetes API does not do it: ${said}`, {
      attempted: `${call[0]} ${call[1]}`,
    });
  };
  const remove = async (name: string, namespace: string): Promise<boolean> =>
    (await asked([200, 202, 404], 'DELETE', `${bindingsPath(namespace)}/${bindingName(name)}`)).status !== 404;
  const bindings = async (selector: string): Promise<readonly Binding[]> => {
    const path = `/apis/${GROUP}/v1/rolebindings?labelSelector=${encodeURIComponent(selector)}`;
    return ((await asked([200], 'GET', path)).body as { items: readonly Binding[] }).items;
  };
  return {
    async grant(name, { namespace, role }) {
      const found = await asked([200, 404], 'GET', `/api/v1/namespaces/${namespace}`);
      if (found.status === 404)
        throw new WorldError('NotFound', `the cluster has no namespace ${namespace}`, {
          cure: `make it: kubectl create namespace ${namespace}`,
        });
      const at = `${bindingsPath(namespace)}/${bindingName(name)}`;
      const there = await asked([200, 404], 'GET', at);
      if (there.status === 200 && (there.body as Binding).roleRef.name === role) return;
      // What a binding refers to cannot be changed (Kubernetes, "Using RBAC Authorization").
      if (there.status === 200) await remove(name, namespace);
      await asked([201], 'POST', bindingsPath(namespace), bindingOf(name, namespace, role));
    },
    revoke: remove,
    async revokeAll(name) {
      const namespaces = (await bindings(`${USER_LABEL}=${name}`)).map(({ metadata }) => metadata.namespace);
      await Promise.all(namespaces.map((namespace) => remove(name, namespace)));
      return namespaces;
    },
    async list() {
      const grants = new Map<string, UserGrant[]>();
      for (const { metadata, roleRef } of await bindings(USER_LABEL)) {
        const role = USER_ROLES.find((known) => known === roleRef.name);
        const name = metadata.labels?.[USER_LABEL];
        if (!role || name === undefined) continue;
        grants.set(name, [...(grants.get(name) ?? []), { namespace: metadata.namespace, role }]);
      }
      return grants;
    },
  };
}

function bindingOf(name: string, namespace: string, role: UserRole): object {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'RoleBinding',
    metadata: {
      name: bindingName(name),
      namespace,
      labels: { [USER_LABEL]: name, 'app.kubernetes.io/managed-by': 'holdfast' },
    },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: GROUP, kind: 'User', name }],
  };
}
