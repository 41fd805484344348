// Keeps metadata.managedFields: who set which field of an object.
import type { KubeObject, ResourceFacts } from '#model/kube';
import { trackUpdate } from '#model/kube/patch';

export interface TrackedBy {
  readonly manager: string;
  readonly nowMs: number;
  readonly subresource?: string;
}

/** Fields that a write to this endpoint never takes ownership of, because it cannot change them. */
export function resetFieldsOf(resource: ResourceFacts, subresource: string): readonly (readonly string[])[] {
  if (subresource === 'status') return [['spec'], ['metadata', 'labels'], ['metadata', 'annotations']];
  return resource.subresources?.some((sub) => sub.name === 'status') ? [['status']] : [];
}

/** The object with its managedFields; `live` is absent on create. Both in the served version. */
export function tracked(
  resource: ResourceFacts,
  object: KubeObject,
  live: KubeObject | undefined,
  by: TrackedBy,
): KubeObject {
  const subresource = by.subresource ?? '';
  return trackUpdate({
    live,
    updated: object,
    manager: by.manager,
    type: resource.type,
    subresource,
    resetFields: resetFieldsOf(resource, subresource),
    now: by.nowMs,
  });
}
