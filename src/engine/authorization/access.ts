// What somebody wants to do, as every decider of this room is asked it.
// Source: Kubernetes documentation, "Authorization", request attributes.

export interface Person {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface AccessRequest {
  readonly user: Person;
  /** get list watch create ... for resources; the lower-case HTTP method for other paths. */
  readonly verb: string;
  readonly isResource: boolean;
  /** For requests that are not about resources: the path without query. */
  readonly path: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** "" for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace: string;
  /** "" for requests on a whole collection. */
  readonly name: string;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Whoever is in this group may do everything, also when no role says so. */
export const MASTERS_GROUP = 'system:masters';
