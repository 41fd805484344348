// Update: the client sends the whole object.
import type { KubeObject } from '#model/kube';
import { requestError } from '../answer/errors.ts';
import { checkedStructure } from '../objects/kube-model.ts';
import { tracked } from '../objects/tracking.ts';
import { fromStorage } from '../objects/versions.ts';
import type { Call, Core, ObjectEntry, WriteCallOptions } from './call.ts';
import { objectMutate } from './mutate.ts';

/** Takes `object` over. Errors: ApiError 400, 404, 409, 422, 403. */
export function objectUpdate(
  core: Core,
  call: Call,
  object: KubeObject,
  options: WriteCallOptions,
): Promise<ObjectEntry> {
  const { resource } = call;
  object.apiVersion = resource.apiVersion;
  object.kind = resource.facts.kind;
  checkedStructure(resource.facts, object, options, call);
  if (!object.metadata?.name) throw requestError.badRequest('name must be provided');
  const mutation = {
    change: () => structuredClone(object),
    track: (wanted: KubeObject, present: KubeObject) =>
      tracked(resource.facts, wanted, fromStorage(resource, present), {
        manager: options.fieldManager,
        nowMs: core.clock.now(),
        subresource: call.subresource,
      }),
  };
  return objectMutate(core, call, mutation, options);
}
