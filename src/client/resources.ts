// Names the resources that the system itself works with, each with the type of its objects.
import { assert } from '#base';
import type { KubeObject } from '#model/kube';
import { resourceFacts } from '#model/kube';
import type { Resource } from './contract.ts';

/** The built-in resource with this group ("" is core), version and plural name. */
export function resourceOf<K extends KubeObject>(group: string, version: string, resource: string): Resource<K> {
  const facts = resourceFacts.find((f) => f.group === group && f.version === version && f.resource === resource);
  assert(facts, `${group}/${version} ${resource} is a built-in resource`);
  return { group, version, resource, kind: facts.kind, namespaced: facts.namespaced, facts };
}
