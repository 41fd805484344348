// Aggregated discovery: every resource of every group in one document. Source: KEP-3352, apidiscovery.k8s.io/v2.
// Clients compare its ETag, a digest of the document's bytes, which are the same for the same facts.
import type { ResourceFacts } from '../facts.ts';
import { groupsOf, versionsOf } from './discovery.ts';

function subresourceEntry(sub: NonNullable<ResourceFacts['subresources']>[number]): object {
  return {
    subresource: sub.name,
    responseKind: { group: sub.group ?? '', version: sub.version ?? '', kind: sub.kind },
    verbs: sub.verbs,
  };
}

function resourceEntry(facts: ResourceFacts): object {
  return {
    resource: facts.resource,
    // Empty means the group and version that the resource stands under.
    responseKind: { group: '', version: '', kind: facts.kind },
    scope: facts.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: facts.singular,
    verbs: facts.verbs,
    ...(facts.shortNames?.length ? { shortNames: facts.shortNames } : {}),
    ...(facts.categories?.length ? { categories: facts.categories } : {}),
    ...(facts.subresources?.length ? { subresources: facts.subresources.map(subresourceEntry) } : {}),
  };
}

function groupEntry(resources: readonly ResourceFacts[], group: string): object {
  return {
    metadata: group ? { name: group } : {},
    versions: versionsOf(resources, group).map((version) => ({
      version,
      resources: resources.filter((r) => r.group === group && r.version === version).map(resourceEntry),
      freshness: 'Current',
    })),
  };
}

/** The document for /api (`part: "core"`) and for /apis (`part: "groups"`). */
export function aggregatedDiscoveryDocument(
  resources: readonly ResourceFacts[],
  options: { readonly part: 'core' | 'groups'; readonly version?: 'v2' | 'v2beta1' },
): object {
  const groups = options.part === 'core' ? [''] : groupsOf(resources);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${options.version ?? 'v2'}`,
    metadata: {},
    items: groups.map((group) => groupEntry(resources, group)),
  };
}
