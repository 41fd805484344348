// Tables and metadata alone: what the API shows instead of objects.
// Source: Kubernetes API concepts, "Receiving resources as Tables", "Metadata-only fetches".
import type { KubeObject } from '#model/kube';
import { type IncludeObject, tableOf } from '#model/kube/table';
import type { ServedResource } from '../objects/served-resource.ts';
import type { ListHead } from './list-body.ts';

export interface TableOptions {
  readonly nowMs: number;
  readonly includeObject: IncludeObject;
  /** Present for a list. */
  readonly list?: ListHead;
  /** Later events of a watch carry no columns. */
  readonly withoutColumns?: boolean;
}

export function tableShown(
  resource: ServedResource,
  objects: readonly KubeObject[],
  { nowMs, includeObject, list, withoutColumns }: TableOptions,
): unknown {
  return tableOf({
    resource: { group: resource.facts.group, resource: resource.facts.resource, custom: resource.custom },
    objects,
    includeObject,
    metadata: list ?? { resourceVersion: objects[0]?.metadata?.resourceVersion },
    withoutColumns,
    now: nowMs,
  });
}
