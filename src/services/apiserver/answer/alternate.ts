// Tables and metadata alone: what the API shows instead of objects.
// Source: Kubernetes API concepts, "Receiving resources as Tables", "Metadata-only fetches".
import type { KubeObject, ResourceFacts } from '#model/kube';
import type { ListHead } from './list-body.ts';

export interface TableOptions {
  readonly nowMs: number;
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  /** Present for a list. */
  readonly list?: ListHead;
}

export function metadataShown(object: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

export function metadataListShown(objects: readonly KubeObject[], head: ListHead): unknown {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: head,
    items: objects.map((object) => metadataShown(object)),
  };
}

export function tableShown(_resource: ResourceFacts, objects: readonly KubeObject[], options: TableOptions): unknown {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.list ?? { resourceVersion: objects[0]?.metadata?.resourceVersion },
    columnDefinitions: [{ name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }],
    rows: objects.map((object) => ({ cells: [object.metadata?.name], object: metadataShown(object) })),
  };
}
