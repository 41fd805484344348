// What a cluster has before anybody asks for anything. Every start creates what is missing; what is there is left as it is,
// since it is the operator's to change. The address of the API itself is kept right.
import type { Client, Resource } from '#client';
import { ApiError, resourceOf } from '#client';
import type { KubeObject, Namespace, PriorityClass, ServiceCIDR } from '#model/kube';
import { bootstrapRbacObjects } from '../authorization/index.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

function priorityClass(name: string, value: number, description: string): PriorityClass {
  return { metadata: { name }, value, description, preemptionPolicy: 'PreemptLowerPriority', globalDefault: false };
}

async function ensure<K extends KubeObject>(client: Client, of: Resource<K>, object: K): Promise<void> {
  try {
    await client.get(of, { namespace: object.metadata?.namespace, name: object.metadata?.name ?? '' });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    await client.create(of, object).catch(ignoreExisting);
  }
}

/** Another server of the same cluster was faster. */
function ignoreExisting(error: unknown): void {
  if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
}

/** Creates what is missing. `client` may do everything. */
export async function bootstrapCluster(client: Client, options: { readonly serviceCidr: string }): Promise<void> {
  const namespaces = resourceOf<Namespace>('', 'v1', 'namespaces');
  for (const name of NAMESPACES) await ensure(client, namespaces, { metadata: { name } });
  const classes = resourceOf<PriorityClass>('scheduling.k8s.io', 'v1', 'priorityclasses');
  await ensure(
    client,
    classes,
    priorityClass('system-node-critical', 2000001000, 'For pods without which their node does not work.'),
  );
  await ensure(
    client,
    classes,
    priorityClass('system-cluster-critical', 2000000000, 'For pods without which the cluster does not work.'),
  );
  const cidrs = resourceOf<ServiceCIDR>('networking.k8s.io', 'v1', 'servicecidrs');
  await ensure(client, cidrs, { metadata: { name: 'kubernetes' }, spec: { cidrs: [options.serviceCidr] } });
  await bootstrapRbac(client);
}

async function bootstrapRbac(client: Client): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const objects = bootstrapRbacObjects();
  const lists: [string, readonly KubeObject[]][] = [
    ['clusterroles', objects.clusterRoles],
    ['clusterrolebindings', objects.clusterRoleBindings],
    ['roles', objects.roles],
    ['rolebindings', objects.roleBindings],
  ];
  for (const [resource, list] of lists)
    await Promise.all(list.map((object) => ensure(client, resourceOf(group, 'v1', resource), object)));
}
