// The scale subresource: how many replicas a workload has, in one shape for all kinds.
// Source: Kubernetes API, autoscaling/v1 Scale.
import { type KubeObject, type Scale, scaleOf, withScale } from '#model/kube';
import { requestError } from '../answer/errors.ts';
import { tracked } from '../objects/tracking.ts';
import { invalidBecause } from '../objects/validity.ts';
import { fromStorage } from '../objects/versions.ts';
import type { Call, Core, WriteCallOptions } from '../verbs/call.ts';
import { objectMutate } from '../verbs/mutate.ts';
import { patchedValue } from '../verbs/patch.ts';
import { objectGet } from '../verbs/read.ts';
import type { SubresourceVerbs } from './subresource.ts';

export function scale(core: Core): SubresourceVerbs {
  const shown = (call: Call, object: KubeObject): Scale => scaleOf(call.resource.facts, object);
  const change = async (
    call: Call,
    wanted: (present: Scale) => Scale,
    options: WriteCallOptions,
  ): Promise<KubeObject> => {
    const { resource } = call;
    const entry = await objectMutate(
      core,
      // The workload is written, and judged, as itself.
      { ...call, subresource: '' },
      {
        change(present, found) {
          const asked = wanted(shown(call, fromStorage(resource, present)));
          checkScale(call, asked);
          const object = structuredClone(withScale(fromStorage(resource, present), asked));
          if (object.metadata?.resourceVersion === String(found.revision)) delete object.metadata.resourceVersion;
          return object;
        },
        patched: true,
        track: (object, present) =>
          tracked(resource.facts, object, fromStorage(resource, present), {
            manager: options.fieldManager,
            nowMs: core.clock.now(),
            subresource: 'scale',
          }),
      },
      options,
    );
    return shown(call, fromStorage(resource, entry.index.object(entry.bytes)));
  };
  return {
    body: { apiVersion: 'autoscaling/v1', kind: 'Scale' },
    get: (call) => {
      const entry = objectGet(core, call);
      return shown(call, fromStorage(call.resource, entry.index.object(entry.bytes)));
    },
    update: (call, body, options) => change(call, () => body as Scale, options),
    patch: (call, patch, options) =>
      change(call, (present) => patchedValue(call, patch, present, 'autoscaling.v1.Scale') as Scale, options),
  };
}

function checkScale(call: Call, asked: Scale): void {
  if (asked.metadata?.name && asked.metadata.name !== call.name)
    throw requestError.badRequest(
      `the name of the object (${asked.metadata.name}) does not match the name on the URL (${call.name})`,
    );
  const replicas = asked.spec?.replicas ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) {
    const facts = { ...call.resource.facts, group: 'autoscaling', kind: 'Scale' };
    throw invalidBecause(facts, call.name, (to) =>
      to.invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
    );
  }
}
