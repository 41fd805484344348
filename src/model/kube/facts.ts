// The facts about every GA type of Kubernetes 1.36 in a compact form of our own.
// A field's fact is one string: `<type>[!] [default=<json>] [map=<keys>|set|atomic|granular] [mergeKey=<key>] [patch=<strategies>]`
// where `!` is required, `[]T` a list, `{}T` a map, `any` free JSON, `group.version.Name` another type, and the
// scalars are string, bytes (base64), int32, int64, number, boolean, Quantity, IntOrString, Time, MicroTime.
// `map=`, `set`, `atomic`, `granular` are x-kubernetes-list-type / map-type; mergeKey and patch drive strategic merge patch.
// A type's entry `$` holds what is true of the type as a whole ("atomic").
import type { ObjectMeta } from './generated/kinds.ts';
import resources from './generated/resource-facts.json' with { type: 'json' };
import types from './generated/schema-facts.json' with { type: 'json' };

/** Any object of the API. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** One resource of discovery. Source: Kubernetes 1.36 discovery documents. */
export interface ResourceFacts {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: "pods". */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  /** Key into {@link typeFacts}. */
  readonly type: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly {
    name: string;
    kind: string;
    group?: string;
    version?: string;
    verbs: readonly string[];
  }[];
}

export type TypeFacts = Readonly<Record<string, string>>;

export const resourceFacts: readonly ResourceFacts[] = resources as readonly ResourceFacts[];
export const typeFacts: Readonly<Record<string, TypeFacts>> = types as unknown as Readonly<Record<string, TypeFacts>>;
