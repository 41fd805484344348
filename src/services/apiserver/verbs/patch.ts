// Patch: the client sends what changes, in one of four languages; server-side apply may also create.
// Source: Kubernetes API concepts, "Patching objects", "Server-Side Apply".
import { ApiError } from '#client';
import { type KubeObject, PATCH_MEDIA_TYPES } from '#model/kube';
import {
  applyJsonPatch,
  applyMergePatch,
  applyServerSide,
  applyStrategicMergePatch,
  conflictRefused,
  PatchRefused,
} from '#model/kube/patch';
import { objectError, requestError } from '../answer/errors.ts';
import { checkedStructure } from '../objects/kube-model.ts';
import { keyOf } from '../objects/served-resource.ts';
import { resetFieldsOf, tracked } from '../objects/tracking.ts';
import { fromStorage } from '../objects/versions.ts';
import { decodeBody } from '../request/body.ts';
import { checkedKind } from '../request/checked-kind.ts';
import type { Call, Core, ObjectEntry, WriteCallOptions } from './call.ts';
import { objectCreate } from './create.ts';
import { type Mutation, objectMutate } from './mutate.ts';

export interface PatchCallOptions extends WriteCallOptions {
  readonly force: boolean;
  /** Whether the request names its field manager, which apply must. */
  readonly managerNamed: boolean;
}

/** A patch in the language that its media type names. */
export interface SentPatch {
  readonly mediaType: string;
  readonly value: unknown;
}

const { json: JSON_PATCH, merge: MERGE_PATCH, strategic: STRATEGIC_PATCH, apply: APPLY_PATCH } = PATCH_MEDIA_TYPES;
/** The words of Kubernetes for a patch that does not fit the object; the reason follows. */
const UNFIT = 'the server rejected our request due to an error in our request';

export interface Patched {
  readonly entry: ObjectEntry;
  readonly created: boolean;
}

/** A patch as HTTP brings it, as a value. Errors: ApiError 400, 415. */
export function readPatch(call: Call, mediaType: string, body: Buffer): SentPatch {
  const accepted: readonly string[] = call.resource.custom
    ? [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]
    : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
  if (!accepted.includes(mediaType)) throw requestError.unsupportedMediaType(accepted);
  const form = mediaType === APPLY_PATCH ? 'application/yaml' : 'application/json';
  return { mediaType, value: decodeBody(body, form, () => undefined) };
}

/** Errors: ApiError 400, 404, 409, 415, 422, 403. */
export async function objectPatch(
  core: Core,
  call: Call,
  patch: SentPatch,
  options: PatchCallOptions,
): Promise<Patched> {
  if (patch.mediaType === APPLY_PATCH) return applyPatch(core, call, patch.value, options);
  if (options.force)
    throw requestError.badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    );
  const change = (present: KubeObject): KubeObject =>
    patchedValue(call, patch, fromStorage(call.resource, present), call.resource.facts.type);
  const entry = await objectMutate(core, call, checkedMutation(core, call, change, options), options);
  return { entry, created: false };
}

/** `present` with the patch applied; `type` names its type in the facts. Errors: ApiError 400, 415, 422. */
export function patchedValue(
  call: Call,
  { mediaType, value }: SentPatch,
  present: KubeObject,
  type: string,
): KubeObject {
  return refusing(call, () => {
    switch (mediaType) {
      case JSON_PATCH:
        return applyJsonPatch(present, value);
      case MERGE_PATCH:
        return applyMergePatch(present, value);
      case STRATEGIC_PATCH:
        return applyStrategicMergePatch(present, value, type);
      default:
        throw requestError.unsupportedMediaType([JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH]);
    }
  });
}

/** What a patch makes is checked like what a client sends; the present object's revision is not the client's. */
function checkedMutation(
  core: Core,
  call: Call,
  change: (present: KubeObject) => KubeObject,
  options: WriteCallOptions,
): Mutation {
  const { resource } = call;
  return {
    change(present, entry) {
      const wanted = structuredClone(change(present));
      checkedKind(resource, wanted);
      checkedStructure(resource.facts, wanted, options, call);
      if (wanted.metadata?.resourceVersion === String(entry.revision)) delete wanted.metadata.resourceVersion;
      return wanted;
    },
    patched: true,
    track: (wanted, present) =>
      tracked(resource.facts, wanted, fromStorage(resource, present), {
        manager: options.fieldManager,
        nowMs: core.clock.now(),
        subresource: call.subresource,
      }),
  };
}

async function applyPatch(core: Core, call: Call, patch: unknown, options: PatchCallOptions): Promise<Patched> {
  if (!options.managerNamed)
    throw requestError.badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const { resource } = call;
  const applied = checkedKind(resource, patch);
  checkedStructure(resource.facts, applied, options, call);
  const merge = (live: KubeObject | undefined): KubeObject =>
    refusing(call, () => {
      const result = applyServerSide({
        live,
        applied: structuredClone(applied),
        manager: options.fieldManager,
        force: options.force,
        type: resource.facts.type,
        subresource: call.subresource,
        resetFields: resetFieldsOf(resource.facts, call.subresource),
        now: core.clock.now(),
      });
      if ('object' in result) return result.object;
      throw conflictRefused(result.conflicts);
    });
  if (!core.store.get(keyOf(resource, call.namespace, call.name)))
    return createApplied(core, call, merge(undefined), options);
  const change = (present: KubeObject, entry: ObjectEntry): KubeObject => {
    const wanted = structuredClone(merge(fromStorage(resource, present)));
    if (applied.metadata?.resourceVersion === undefined && wanted.metadata) delete wanted.metadata.resourceVersion;
    else if (applied.metadata?.resourceVersion !== String(entry.revision))
      throw objectError.modified(resource.facts, call.name);
    return wanted;
  };
  return { entry: await objectMutate(core, call, { change, patched: true }, options), created: false };
}

async function createApplied(core: Core, call: Call, object: KubeObject, options: PatchCallOptions): Promise<Patched> {
  if (call.subresource) throw objectError.notFound(call.resource.facts, call.name);
  const wanted = structuredClone(object);
  wanted.metadata ??= {};
  if (wanted.metadata.uid)
    throw objectError.conflict(
      call.resource.facts,
      call.name,
      `uid mismatch: the provided object specified uid ${wanted.metadata.uid}, and no existing object was found`,
    );
  wanted.metadata.name ??= call.name;
  const entry = await objectCreate(core, call, wanted, { ...options, fieldValidation: 'Ignore', applied: true });
  return { entry, created: true };
}

/** Turns the model's refusal into the API's. */
function refusing<T>(call: Call, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof PatchRefused)) throw error;
    // About the patch rather than about a field of the object, so that clients must not look for one.
    if (error.reason === 'Invalid') throw new ApiError(error.code, error.reason, `${UNFIT}: ${error.message}`);
    const { group, kind } = call.resource.facts;
    const details = { name: call.name, ...(group ? { group } : {}), kind, causes: error.causes.map(causeOf) };
    throw new ApiError(error.code, error.reason, error.message, error.causes.length > 0 ? details : undefined);
  }
}

function causeOf(cause: { type?: string; message?: string; field?: string }): object {
  return { reason: cause.type, message: cause.message, field: cause.field };
}
