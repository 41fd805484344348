// Subresources that show the object itself and write one part of it: status, finalize, approval, ephemeralcontainers,
// resize. Which part that is stands in the model (prepareForUpdate).
import type { Core } from '../verbs/call.ts';
import { objectPatch } from '../verbs/patch.ts';
import { objectGet } from '../verbs/read.ts';
import { objectUpdate } from '../verbs/update.ts';
import type { SubresourceVerbs } from './subresource.ts';

export function sameObject(core: Core): SubresourceVerbs {
  return {
    get: (call) => objectGet(core, call),
    update: (call, body, options) => {
      // A finalize request of older clients carries a namespace without a name in it.
      body.metadata ??= {};
      body.metadata.name ??= call.name;
      return objectUpdate(core, call, body, options);
    },
    patch: async (call, patch, options) => (await objectPatch(core, call, patch, options)).entry,
  };
}

/** Written by update alone; there is nothing to read that the object itself does not show. */
export function updateOnly(core: Core): SubresourceVerbs {
  const { update } = sameObject(core);
  return { update };
}
