// Every resource that the server has now, each once: of several versions of one resource the first that discovery names.
import type { Client, Resource } from '#client';
import type { ResourceFacts } from '#model/kube';

export function resourceOfFacts(facts: ResourceFacts): Resource {
  const { group, version, resource, kind, namespaced } = facts;
  return { group, version, resource, kind, namespaced, facts };
}

export async function allResources(client: Client): Promise<Resource[]> {
  const byName = new Map<string, Resource>();
  for (const facts of await client.resources()) {
    const name = `${facts.group}/${facts.resource}`;
    if (!facts.resource.includes('/') && !byName.has(name)) byName.set(name, resourceOfFacts(facts));
  }
  return [...byName.values()];
}
