// The one path by which an existing object changes: observe it, make the wanted object out of it, check, and write it if
// the object is still the one that was observed. If it is not, the change is made again on the newer object, unless the
// client named the revision it knows. Update, patch and every subresource that writes go this way.
import { apiVersionOf, type KubeObject, prepareForUpdate } from '#model/kube';
import { objectError, requestError } from '../answer/errors.ts';
import type { AdmissionRequest } from '../contract.ts';
import { type EncodedObject, encodeObject } from '../objects/encode.ts';
import { ObjectIndex } from '../objects/object-index.ts';
import { stampPhase } from '../objects/phase-time.ts';
import { allowsUnconditionalUpdate, invalidBecause, refuseInvalidUpdate } from '../objects/validity.ts';
import { defaulted, toStorage } from '../objects/versions.ts';
import { admitMutating, admitValidating } from './admit.ts';
import type { Call, Core, ObjectEntry, WriteCallOptions } from './call.ts';
import { goesWithLastFinalizer } from './delete.plan.ts';
import { PATCH_ATTEMPTS_MAX } from './limits.ts';
import { objectGet } from './read.ts';

export interface Mutation {
  /**
   * The wanted object in the served version, made of the present one, which must not be changed. Its
   * `metadata.resourceVersion`, if any, is the revision that the client believes it changes.
   */
  change(present: KubeObject, entry: ObjectEntry): KubeObject | Promise<KubeObject>;
  /** The object with who changed what in metadata.managedFields; called between mutating and validating admission. */
  track?(wanted: KubeObject, present: KubeObject): KubeObject;
  /** A patch that names no revision works on whatever is there, also for kinds whose updates must name one. */
  readonly patched?: boolean;
  /** The change is the server's own and touches what no client may: nothing is reset and no default is filled in. */
  readonly asIs?: boolean;
  /** The object the admission plug-ins are shown when it is not the object itself (scale, binding). */
  readonly skipAdmission?: boolean;
  /** Skips validation of the object as a whole: the caller changed only what it checked itself. */
  readonly skipValidation?: boolean;
}

/** Errors: ApiError 404, 409, 422, 403 from admission, and whatever `change` throws. */
export async function objectMutate(
  core: Core,
  call: Call,
  mutation: Mutation,
  options: WriteCallOptions,
): Promise<ObjectEntry> {
  const asked: Asked = { core, call, mutation, options };
  let entry = objectGet(core, call);
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptMutation(asked, entry);
    if (outcome.kind === 'done') return outcome.entry;
    if (outcome.conditional || attempt >= PATCH_ATTEMPTS_MAX)
      throw objectError.modified(call.resource.facts, call.name);
    entry = objectGet(core, call);
  }
}

/** A mutation with everything that stays the same from attempt to attempt. */
interface Asked {
  readonly core: Core;
  readonly call: Call;
  readonly mutation: Mutation;
  readonly options: WriteCallOptions;
}

type Attempt =
  | { readonly kind: 'done'; readonly entry: ObjectEntry }
  /** The object changed meanwhile. */
  | { readonly kind: 'moved'; readonly conditional: boolean };

async function attemptMutation(asked: Asked, entry: ObjectEntry): Promise<Attempt> {
  const { core, call, mutation, options } = asked;
  const { resource } = call;
  const present = entry.index.object(entry.bytes);
  const wanted = await mutation.change(present, entry);
  const conditional = checkIdentity(call, wanted, {
    present,
    revision: entry.revision,
    patched: mutation.patched ?? false,
  });
  keepSystemFields(wanted, present);
  if (!mutation.asIs) {
    defaulted(resource, wanted);
    prepareForUpdate(resource.facts, wanted, present, call.subresource);
    stampPhase(resource, wanted, present, core.clock.now());
  }
  const request: AdmissionRequest = {
    operation: 'UPDATE',
    resource: resource.facts,
    subresource: call.subresource,
    namespace: call.namespace,
    name: call.name,
    object: wanted,
    oldObject: present,
    user: call.user,
    dryRun: options.dryRun,
    warn: (message: string) => call.warn(message),
  };
  if (!mutation.skipAdmission) await admitMutating(core.admission, request);
  const admitted = request.object ?? wanted;
  const object = toStorage(resource, mutation.track?.(admitted, present) ?? admitted);
  if (!mutation.skipValidation) refuseInvalidUpdate(resource.storage, object, present, call.subresource);
  if (!mutation.skipAdmission) await admitValidating(core.admission, request);
  const claim = core.addresses.claimForUpdate(resource, object, present, options.dryRun);
  try {
    const encoded = encodeObject(apiVersionOf(resource.storage), resource.storage.kind, object);
    const outcome = await writeOver(asked, entry, encoded);
    if (outcome) return { kind: 'done', entry: outcome };
    claim.release();
    return { kind: 'moved', conditional };
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** Answers whether the client named the revision. */
function checkIdentity(
  call: Call,
  wanted: KubeObject,
  against: { readonly present: KubeObject; readonly revision: number; readonly patched: boolean },
): boolean {
  const { present, patched } = against;
  const { facts } = call.resource;
  wanted.metadata ??= {};
  const meta = wanted.metadata;
  if ((meta.name ?? call.name) !== call.name)
    throw requestError.badRequest(
      `the name of the object (${meta.name}) does not match the name on the URL (${call.name})`,
    );
  if (facts.namespaced && (meta.namespace || call.namespace) !== call.namespace)
    throw requestError.badRequest(
      `the namespace of the object (${meta.namespace}) does not match the namespace on the URL (${call.namespace})`,
    );
  if (meta.uid && meta.uid !== present.metadata?.uid)
    throw objectError.conflict(
      facts,
      call.name,
      `Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${present.metadata?.uid}`,
    );
  const named = meta.resourceVersion;
  if (named && named !== '0') {
    if (named !== String(against.revision)) throw objectError.modified(facts, call.name);
    return true;
  }
  if (!patched && call.subresource === '' && !allowsUnconditionalUpdate(call.resource))
    throw invalidBecause(facts, call.name, (to) =>
      to.invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
    );
  return false;
}

/** What only the server decides stays as it is. */
function keepSystemFields(wanted: KubeObject, present: KubeObject): void {
  const meta = wanted.metadata ?? {};
  const old = present.metadata ?? {};
  meta.name = old.name;
  if (old.namespace !== undefined) meta.namespace = old.namespace;
  meta.uid = old.uid;
  meta.creationTimestamp = old.creationTimestamp;
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'generation', 'generateName'] as const) {
    if (old[field] === undefined) delete meta[field];
    else Object.assign(meta, { [field]: old[field] });
  }
  delete meta.selfLink;
}

/** Undefined when the object is no longer the one that was observed. */
async function writeOver(
  { core, call, options }: Asked,
  entry: ObjectEntry,
  encoded: EncodedObject,
): Promise<ObjectEntry | undefined> {
  const { key } = entry;
  if (encoded.sameAs(entry.bytes, entry.revision)) {
    const outcome = await core.store.write(key, () => ({ kind: 'keep' }));
    return outcome.entry?.revision === entry.revision ? outcome.entry : undefined;
  }
  if (options.dryRun)
    return {
      key,
      revision: entry.revision,
      bytes: encoded.unstored(entry.revision),
      index: new ObjectIndex(key, encoded.object, true),
    };
  const gone = goesWithLastFinalizer(call.resource, encoded.object);
  // Whoever finishes a deletion tells of it by changes of what is going.
  const frees = encoded.object.metadata?.deletionTimestamp !== undefined;
  const outcome = await core.store.write(key, (current) => {
    if (!current) throw objectError.notFound(call.resource.facts, call.name);
    if (current.revision !== entry.revision) return { kind: 'keep' };
    return gone ? { kind: 'delete', encode: encoded.at } : { kind: 'put', frees, encode: encoded.at };
  });
  return outcome.kind === 'kept' ? undefined : outcome.entry;
}
