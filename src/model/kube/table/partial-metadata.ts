// Objects reduced to their metadata, for clients that need no more. Source: meta/v1 PartialObjectMetadata.
import type { KubeObject } from '../facts.ts';

/** Source: meta/v1 ListMeta. */
export interface ListMetadata {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface PartialObjectMetadata {
  readonly kind: 'PartialObjectMetadata';
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly metadata: KubeObject['metadata'];
}

/** The object without anything but its metadata. */
export function partialMetadataOf(object: KubeObject): PartialObjectMetadata {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata ?? {} };
}

export function partialMetadataListOf(objects: readonly KubeObject[], metadata: ListMetadata = {}): object {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    items: objects.map(partialMetadataOf),
  };
}
