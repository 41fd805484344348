// The discovery documents, built from the facts about resources; custom resources bring facts of the same form.
// Source: Kubernetes API concepts, "API groups and versioning"; meta/v1 APIVersions, APIGroupList, APIGroup, APIResourceList.
import type { ResourceFacts } from '../facts.ts';
import { apiVersionOf } from '../strategy/storage-version.ts';

interface GroupVersionForDiscovery {
  readonly groupVersion: string;
  readonly version: string;
}

export interface ApiGroup {
  readonly kind?: 'APIGroup';
  readonly apiVersion?: 'v1';
  readonly name: string;
  readonly versions: readonly GroupVersionForDiscovery[];
  readonly preferredVersion: GroupVersionForDiscovery;
}

interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** Versions of a group in the order of the list: the first is the preferred one. */
export function versionsOf(resources: readonly ResourceFacts[], group: string): string[] {
  return [...new Set(resources.filter((r) => r.group === group).map((r) => r.version))];
}

/** Names of all groups but core, in the order of the list. */
export function groupsOf(resources: readonly ResourceFacts[]): string[] {
  return [...new Set(resources.map((r) => r.group))].filter((group) => group !== '');
}

/** /api */
export function apiVersionsDocument(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

function groupEntry(resources: readonly ResourceFacts[], group: string): ApiGroup | undefined {
  const versions = versionsOf(resources, group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  const preferredVersion = versions[0];
  return preferredVersion && { name: group, versions, preferredVersion };
}

/** /apis */
export function apiGroupListDocument(resources: readonly ResourceFacts[]): object {
  const groups = groupsOf(resources).map((group) => groupEntry(resources, group));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** /apis/<group>; undefined when there is no such group. */
export function apiGroupDocument(resources: readonly ResourceFacts[], group: string): ApiGroup | undefined {
  const entry = groupEntry(resources, group);
  return entry && { kind: 'APIGroup', apiVersion: 'v1', ...entry };
}

function entriesOf(facts: ResourceFacts): ApiResource[] {
  const { resource: name, singular, namespaced, kind, verbs, shortNames, categories } = facts;
  const own: ApiResource = {
    name,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames?.length ? { shortNames } : {}),
    ...(categories?.length ? { categories } : {}),
  };
  const subs = (facts.subresources ?? []).map((sub) => ({
    name: `${name}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.group ? { group: sub.group, version: sub.version } : {}),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [own, ...subs];
}

/** /api/v1 and /apis/<group>/<version>; undefined when there is no such version. */
export function apiResourceListDocument(
  resources: readonly ResourceFacts[],
  of: { readonly group: string; readonly version: string },
): object | undefined {
  const own = resources.filter((r) => r.group === of.group && r.version === of.version);
  if (own.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(of),
    resources: own.flatMap(entriesOf),
  };
}
