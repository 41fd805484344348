// Which resources the server has now: the built-in ones from the start, custom ones as they come and go.
import { apiVersionOf, type ResourceFacts, resourceFacts, storageResourceOf } from '#model/kube';
import type { ServedResource } from './served-resource.ts';

export interface ResourceRegistry {
  find(group: string, version: string, resource: string): ServedResource | undefined;
  /** Any served version; for owners and scopes that name only group and resource. */
  findByKind(group: string, kind: string): ServedResource | undefined;
  /** The version in which objects of a store key are. */
  stored(group: string, resource: string): ServedResource | undefined;
  hasGroupVersion(group: string, version: string): boolean;
  /** Built-in and custom resources, the preferred version of a group first. */
  all(): readonly ResourceFacts[];
  /** Changes with every install and remove. */
  readonly generation: number;
  /** Adds or replaces the resources of one custom definition. */
  install(owner: string, resources: readonly ServedResource[]): void;
  remove(owner: string): void;
}

function servedBuiltIn(facts: ResourceFacts): ServedResource {
  const stored = storageResourceOf(facts);
  return {
    facts,
    storage: stored,
    prefix: `/${stored.group || 'core'}/${stored.resource}/`,
    custom: false,
    apiVersion: apiVersionOf(facts),
    stored: facts.verbs.includes('list') && facts.resource !== 'componentstatuses',
  };
}

export function makeResourceRegistry(): ResourceRegistry {
  const owners = new Map<string, readonly ServedResource[]>([['', resourceFacts.map((facts) => servedBuiltIn(facts))]]);
  let byPath = new Map<string, ServedResource>();
  let byKind = new Map<string, ServedResource>();
  let byStorage = new Map<string, ServedResource>();
  let groupVersions = new Set<string>();
  let everything: readonly ResourceFacts[] = [];
  let generation = 0;
  const rebuild = (): void => {
    const served = [...owners.values()].flat();
    byPath = new Map(served.map((s) => [`${s.facts.group}/${s.facts.version}/${s.facts.resource}`, s]));
    byKind = new Map(served.toReversed().map((s) => [`${s.facts.group}/${s.facts.kind}`, s]));
    byStorage = new Map(
      served
        .filter((s) => s.facts === s.storage || s.facts.version === s.storage.version)
        .map((s) => [`${s.facts.group}/${s.facts.resource}`, s]),
    );
    groupVersions = new Set(served.map((s) => s.apiVersion));
    everything = served.map((s) => s.facts);
    generation++;
  };
  rebuild();
  return {
    find: (group, version, resource) => byPath.get(`${group}/${version}/${resource}`),
    findByKind: (group, kind) => byKind.get(`${group}/${kind}`),
    stored: (group, resource) => byStorage.get(`${group}/${resource}`),
    hasGroupVersion: (group, version) => groupVersions.has(apiVersionOf({ group, version })),
    all: () => everything,
    get generation() {
      return generation;
    },
    install(owner, resources) {
      owners.set(owner, resources);
      rebuild();
    },
    remove(owner) {
      if (owners.delete(owner)) rebuild();
    },
  };
}
