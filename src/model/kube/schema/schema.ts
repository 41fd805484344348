// The shape of every type as a tree, parsed once from the fact strings.
// Types refer to each other directly, so a walk never looks a name up; recursive types (JSONSchemaProps) are cycles.

export type Scalar =
  | 'string'
  | 'bytes'
  | 'int32'
  | 'int64'
  | 'number'
  | 'boolean'
  | 'Quantity'
  | 'IntOrString'
  | 'Time'
  | 'MicroTime';

export type ValueSchema =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  /** Free JSON. */
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly items: ValueSchema }
  | { readonly kind: 'map'; readonly values: ValueSchema }
  | { readonly kind: 'object'; readonly type: TypeSchema };

export interface FieldSchema {
  readonly name: string;
  readonly value: ValueSchema;
  readonly required: boolean;
  readonly default?: unknown;
  /** x-kubernetes-list-type of a list; undefined is atomic for server-side apply. */
  readonly listType?: 'map' | 'set' | 'atomic';
  /** x-kubernetes-list-map-keys, when listType is "map". */
  readonly listKeys?: readonly string[];
  /** x-kubernetes-map-type "atomic" of a map or struct field (the struct's own type may say it too). */
  readonly atomic: boolean;
  /** x-kubernetes-map-type "granular": owned part by part here, though its type is atomic. */
  readonly granular?: boolean;
  /** x-kubernetes-patch-merge-key. */
  readonly mergeKey?: string;
  /** x-kubernetes-patch-strategy: "merge", "retainKeys" or both; empty is replace. */
  readonly patchStrategy: readonly string[];
}

export interface TypeSchema {
  /** "core.v1.Pod" */
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  readonly required: readonly string[];
  /** x-kubernetes-map-type "atomic" of the type as a whole. */
  readonly atomic: boolean;
}
