// Delete and deletecollection: apply what delete.plan decides.
import { apiVersionOf, type KubeObject } from '#model/kube';
import { objectError } from '../answer/errors.ts';
import { encodeObject } from '../objects/encode.ts';
import { ObjectIndex } from '../objects/object-index.ts';
import { keyOf, parseKey } from '../objects/served-resource.ts';
import { admitMutating, admitValidating } from './admit.ts';
import type { Call, Core, ObjectEntry } from './call.ts';
import { type DeleteCallOptions, planDelete } from './delete.plan.ts';
import { DELETE_COLLECTION_WIDTH } from './limits.ts';
import { type ListCallOptions, type Listed, objectGet, objectList } from './read.ts';

export interface Deleted {
  /** The object as it is now, or as it was when it went. */
  readonly entry: ObjectEntry;
  /** Whether it is gone; otherwise somebody has to finish first. */
  readonly removed: boolean;
}

/** Errors: ApiError 404, 409 for preconditions, 403 from admission. */
export async function objectDelete(core: Core, call: Call, options: DeleteCallOptions): Promise<Deleted> {
  const { resource } = call;
  const seen = objectGet(core, call);
  const request = {
    operation: 'DELETE' as const,
    resource: resource.facts,
    subresource: call.subresource,
    namespace: call.namespace,
    name: call.name,
    oldObject: seen.index.object(seen.bytes),
    user: call.user,
    dryRun: options.dryRun ?? false,
    warn: (message: string) => call.warn(message),
  };
  await admitMutating(core.admission, request);
  await admitValidating(core.admission, request);
  warnOfOrphans(call, options);
  const key = keyOf(resource, call.namespace, call.name);
  const encode = (object: KubeObject) => encodeObject(apiVersionOf(resource.storage), resource.storage.kind, object);
  const planFor = (entry: ObjectEntry) =>
    planDelete(resource, entry.index.object(entry.bytes), options, core.clock.now());
  if (options.dryRun) return asIfDeleted(seen, planFor(seen), encode);
  const outcome = await core.store.write(key, (current) => {
    if (!current) throw objectError.notFound(resource.facts, call.name);
    const plan = planFor(current);
    if (plan.kind === 'pending') return { kind: 'keep' };
    const { at } = encode(plan.object);
    return plan.kind === 'remove' ? { kind: 'delete', encode: at } : { kind: 'put', frees: true, encode: at };
  });
  return { entry: outcome.entry as ObjectEntry, removed: outcome.kind === 'deleted' };
}

/** The answer to a dry run: what the plan would leave. */
function asIfDeleted(
  seen: ObjectEntry,
  plan: ReturnType<typeof planDelete>,
  encode: (object: KubeObject) => ReturnType<typeof encodeObject>,
): Deleted {
  if (plan.kind === 'pending') return { entry: seen, removed: false };
  const encoded = encode(plan.object);
  const bytes = encoded.unstored(seen.revision);
  const index = new ObjectIndex(seen.key, encoded.object, true);
  return { entry: { ...seen, bytes, index }, removed: plan.kind === 'remove' };
}

function warnOfOrphans(call: Call, options: DeleteCallOptions): void {
  if (call.resource.prefix === '/batch/jobs/' && !options.propagationPolicy)
    call.warn(
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    );
}

/** Deletes everything that is selected; answers what was selected. Objects that others delete meanwhile are no error. */
export async function objectDeleteCollection(
  core: Core,
  call: Call,
  selection: ListCallOptions,
  options: DeleteCallOptions,
): Promise<Listed> {
  const listed = objectList(core, { ...call, name: '' }, selection);
  const queue = [...listed.entries];
  const work = async (): Promise<void> => {
    for (let entry = queue.pop(); entry; entry = queue.pop()) {
      const at = parseKey(entry.key);
      if (!at) continue;
      try {
        await objectDelete(core, { ...call, namespace: at.namespace, name: at.name }, options);
      } catch (error) {
        if ((error as { code?: unknown }).code !== 404) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(DELETE_COLLECTION_WIDTH, queue.length) }, work));
  return listed;
}
