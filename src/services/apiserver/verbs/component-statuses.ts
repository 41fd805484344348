// The old componentstatuses: whether the parts of the control plane are well. Answered, never stored.
// Source: Kubernetes API, core/v1 ComponentStatus (deprecated).
import type { ComponentStatus } from '#model/kube';
import { objectError } from '../answer/errors.ts';
import { encodeObject } from '../objects/encode.ts';
import { ObjectIndex } from '../objects/object-index.ts';
import type { Call, Core, ObjectEntry } from './call.ts';
import type { Listed } from './read.ts';

const PARTS = ['controller-manager', 'etcd-0', 'scheduler'];

function entryOf(core: Core, call: Call, name: string): ObjectEntry {
  // Controllers and scheduler run beside the server, in its process: they are there when it is.
  const healthy = core.store.state === 'open';
  const status: ComponentStatus = {
    metadata: { name },
    conditions: [{ type: 'Healthy', status: healthy ? 'True' : 'False', message: healthy ? 'ok' : core.store.state }],
  };
  const encoded = encodeObject('v1', 'ComponentStatus', status);
  const key = `${call.resource.prefix}/${name}`;
  return { key, revision: 0, bytes: encoded.unstored(), index: new ObjectIndex(key, encoded.object, true) };
}

export function componentStatusList(core: Core, call: Call): Listed {
  call.warn('v1 ComponentStatus is deprecated in v1.19+');
  return { entries: PARTS.map((name) => entryOf(core, call, name)), revision: core.store.revision };
}

/** Errors: ApiError 404. */
export function componentStatusGet(core: Core, call: Call): ObjectEntry {
  call.warn('v1 ComponentStatus is deprecated in v1.19+');
  if (!PARTS.includes(call.name)) throw objectError.notFound(call.resource.facts, call.name);
  return entryOf(core, call, call.name);
}
