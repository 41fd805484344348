// How the desired state speaks of the cluster's objects: their kinds, their places, and the one way in which the hub's fields are set.
import type { Client, Resource } from '#client';
import { type KubeObject, type ResourceFacts, resourceFacts } from '#model/kube';
import { type DesiredObject, HUB_FIELD_MANAGER, type ObjectReference } from '#model/link';
import { partsOf, referenceOf } from './object.ts';

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Kinds as the cluster has them: the built-in ones are known, others are asked for when somebody wants one. */
export function kindsOf(client: Pick<Client, 'resources'>): (of: Kind) => Promise<ResourceFacts | undefined> {
  let asked: Promise<readonly ResourceFacts[]> | undefined;
  return async ({ group, version, kind }) => {
    const is = (one: ResourceFacts): boolean => one.group === group && one.version === version && one.kind === kind;
    const builtIn = (resourceFacts as readonly ResourceFacts[]).find((one) => is(one) && one.verbs.includes('get'));
    if (builtIn) return builtIn;
    asked ??= client.resources();
    return (await asked).find(is);
  };
}

export function resourceFor(facts: ResourceFacts): Resource {
  const { group, version, resource, kind, namespaced } = facts;
  return { group, version, resource, kind, namespaced, facts };
}

export function placeOf(object: ObjectReference): { namespace?: string; name: string } {
  const { namespace, name } = partsOf(object);
  return namespace === '' ? { name } : { namespace, name };
}

/** Server-side apply as the hub; answers the object as it is then, or would be. */
export async function applyManifest(
  client: Client,
  of: Resource,
  manifest: DesiredObject,
  { dryRun }: { readonly dryRun: boolean },
): Promise<KubeObject> {
  const how = { fieldManager: HUB_FIELD_MANAGER, force: true, ...(dryRun && { dryRun }) };
  return client.patch(of, placeOf(referenceOf(manifest)), { type: 'apply', body: manifest }, how);
}
