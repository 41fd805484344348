// What stands in a namespace that somebody put there: everything but what controllers make of other objects, and what every namespace
// gets by itself. A namespace that the hub brought is not deleted over it.
import { ApiError, type Client } from '#client';
import type { KubeObject, ResourceFacts } from '#model/kube';
import type { ObjectReference } from '#model/link';
import { resourceFor } from './cluster.ts';

/** Kinds that come and go by themselves. */
const BY_THEMSELVES: ReadonlySet<string> = new Set(['Event', 'Endpoints', 'EndpointSlice', 'Lease', 'PodMetrics']);
/** What every namespace of a site gets: account, authorities, the registry's pull secret. */
const IN_EVERY_NAMESPACE: ReadonlySet<string> = new Set([
  'ServiceAccount/default',
  'ConfigMap/kube-root-ca.crt',
  'Secret/ase-ecr-credentials',
]);

function isContent({ metadata }: KubeObject, kind: string): boolean {
  if ((metadata?.ownerReferences ?? []).length > 0 || metadata?.deletionTimestamp !== undefined) return false;
  return !IN_EVERY_NAMESPACE.has(`${kind}/${metadata?.name}`);
}

/** One version of each resource is enough: all show the same objects. */
function onceEach(resources: readonly ResourceFacts[]): ResourceFacts[] {
  const seen = new Set<string>();
  return resources.filter(({ group, resource, namespaced, verbs, kind }) => {
    const name = `${resource}.${group}`;
    if (!namespaced || !verbs.includes('list') || BY_THEMSELVES.has(kind) || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

async function contentOfKind(client: Client, facts: ResourceFacts, namespace: string): Promise<ObjectReference[]> {
  const { group, version, kind } = facts;
  const reference = (name = ''): ObjectReference =>
    [group === '' ? version : `${group}/${version}`, kind, namespace, name].join('/');
  try {
    const { items } = await client.list(resourceFor(facts), { namespace });
    return items.filter((item) => isContent(item, kind)).map((item) => reference(item.metadata?.name));
  } catch (error) {
    // A kind that cannot be listed now could hold anything.
    if (error instanceof ApiError) return [reference('(not known)')];
    throw error;
  }
}

export async function namespaceContent(client: Client, namespace: string): Promise<readonly ObjectReference[]> {
  const found: ObjectReference[] = [];
  for (const facts of onceEach(await client.resources()))
    found.push(...(await contentOfKind(client, facts, namespace)));
  return found;
}
