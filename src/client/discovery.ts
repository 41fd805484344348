// Asks a server what it has. Source: Kubernetes documentation, "Discovery API".
import type { ResourceFacts } from '#model/kube';

interface ApiGroupList {
  readonly groups: readonly { readonly name: string; readonly versions: readonly { readonly version: string }[] }[];
}

interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** Everything the server has now. Built-in resources are the known facts; others are made of what discovery says. */
export async function discoveredResources(
  ask: <T>(path: string) => Promise<T>,
  known: readonly ResourceFacts[],
): Promise<readonly ResourceFacts[]> {
  const { groups } = await ask<ApiGroupList>('/apis');
  const versions = [
    { group: '', version: 'v1' },
    ...groups.flatMap(({ name, versions: all }) => all.map(({ version }) => ({ group: name, version }))),
  ];
  const lists = await Promise.all(
    versions.map(async ({ group, version }) => {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
      const { resources } = await ask<{ resources: readonly ApiResource[] }>(path);
      return factsOf(group, version, resources, known);
    }),
  );
  return lists.flat();
}

function factsOf(
  group: string,
  version: string,
  resources: readonly ApiResource[],
  known: readonly ResourceFacts[],
): ResourceFacts[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((resource) => {
      const { name, singularName: singular, namespaced, kind, verbs, shortNames, categories } = resource;
      const builtIn = known.find((f) => f.group === group && f.version === version && f.resource === name);
      if (builtIn) return builtIn;
      const subresources = resources
        .filter((other) => other.name.startsWith(`${name}/`))
        .map((other) => ({ name: other.name.slice(name.length + 1), kind: other.kind, verbs: other.verbs }));
      const type = `${group}.${version}.${kind}`;
      return {
        group,
        version,
        resource: name,
        singular,
        kind,
        type,
        namespaced,
        verbs,
        shortNames,
        categories,
        subresources,
      };
    });
}
