// Create: names the object, makes it valid, lets admission see it, and writes it where nothing stands yet.
// Source: Kubernetes API concepts; API conventions, "Metadata", "Idempotency" (generateName).
import { randomSuffix } from '#base';
import { apiVersionOf, type KubeObject, prepareForCreate } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { objectError, requestError } from '../answer/errors.ts';
import type { AdmissionRequest } from '../contract.ts';
import { encodeObject } from '../objects/encode.ts';
import { checkedStructure } from '../objects/kube-model.ts';
import { ObjectIndex } from '../objects/object-index.ts';
import { stampPhase } from '../objects/phase-time.ts';
import { keyOf } from '../objects/served-resource.ts';
import { tracked } from '../objects/tracking.ts';
import { refuseInvalidCreate } from '../objects/validity.ts';
import { defaulted, toStorage } from '../objects/versions.ts';
import { admitMutating, admitValidating } from './admit.ts';
import type { Call, Core, ObjectEntry, WriteCallOptions } from './call.ts';
import { GENERATE_NAME_ATTEMPTS_MAX } from './limits.ts';

const GENERATED_SUFFIX_LENGTH = 5;
const GENERATED_PREFIX_MAX = 58;

/** Takes `object` over. Errors: ApiError 400 structure, 409 name taken, 422 invalid, 403 refused by admission. */
export async function objectCreate(
  core: Core,
  call: Call,
  object: KubeObject,
  options: WriteCallOptions,
): Promise<ObjectEntry> {
  const { facts } = call.resource;
  object.apiVersion = call.resource.apiVersion;
  object.kind = facts.kind;
  checkedStructure(facts, object, options, call);
  nameNew(core, call, object);
  const generated = object.metadata?.generateName !== undefined && object.metadata.name === undefined;
  for (let attempt = 1; ; attempt++) {
    const candidate = generated ? structuredClone(object) : object;
    if (generated) generateName(candidate);
    try {
      return await createNamed(core, call, candidate, options);
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
      if (!generated) throw objectError.alreadyExists(facts, error.taken);
      if (attempt >= GENERATE_NAME_ATTEMPTS_MAX) throw objectError.generateNameConflict(facts, error.taken);
    }
  }
}

class NameTaken extends Error {
  readonly taken: string;
  constructor(taken: string) {
    super(`${taken} is taken`);
    this.taken = taken;
  }
}

function generateName(object: KubeObject): void {
  const meta = object.metadata ?? {};
  meta.name =
    (meta.generateName ?? '').slice(0, GENERATED_PREFIX_MAX) + randomSuffix(GENERATED_SUFFIX_LENGTH, Math.random);
}

/** Sets what the server alone decides about a new object. */
function nameNew(core: Core, call: Call, object: KubeObject): void {
  object.metadata ??= {};
  const meta = object.metadata;
  if (meta.resourceVersion) throw requestError.badRequest('resourceVersion should not be set on objects to be created');
  if (call.resource.facts.namespaced) {
    if (meta.namespace && meta.namespace !== call.namespace)
      throw requestError.badRequest(
        `the namespace of the provided object does not match the namespace sent on the request`,
      );
    if (!call.namespace) throw requestError.badRequest('an empty namespace may not be set during creation');
    meta.namespace = call.namespace;
  } else delete meta.namespace;
  if (call.name && meta.name && meta.name !== call.name)
    throw requestError.badRequest(
      `the name of the object (${meta.name}) does not match the name on the URL (${call.name})`,
    );
  if (meta.name === '') delete meta.name;
  if (meta.generateName === '') delete meta.generateName;
  meta.uid = crypto.randomUUID();
  meta.creationTimestamp = rfc3339(core.clock.now());
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
  delete meta.resourceVersion;
  keepFieldsLast(meta);
}

/** Where an update puts them, so that the same configuration applied again makes the same bytes, and nothing is written. */
function keepFieldsLast(meta: NonNullable<KubeObject['metadata']>): void {
  const { managedFields } = meta;
  if (!managedFields) return;
  delete meta.managedFields;
  meta.managedFields = managedFields;
}

async function createNamed(
  core: Core,
  call: Call,
  served: KubeObject,
  options: WriteCallOptions,
): Promise<ObjectEntry> {
  const { resource } = call;
  defaulted(resource, served);
  const request: AdmissionRequest = {
    operation: 'CREATE',
    resource: resource.facts,
    subresource: call.subresource,
    namespace: call.namespace,
    name: served.metadata?.name ?? '',
    object: served,
    user: call.user,
    dryRun: options.dryRun,
    warn: (message: string) => call.warn(message),
  };
  prepareForCreate(resource.facts, served);
  stampPhase(resource, served, undefined, core.clock.now());
  await admitMutating(core.admission, request);
  const admitted = request.object ?? served;
  defaulted(resource, admitted);
  const by = { manager: options.fieldManager, nowMs: core.clock.now() };
  const object = toStorage(resource, options.applied ? admitted : tracked(resource.facts, admitted, undefined, by));
  const name = object.metadata?.name ?? '';
  if (name && core.store.get(keyOf(resource, call.namespace, name)) && !options.dryRun) throw new NameTaken(name);
  refuseInvalidCreate(resource.storage, object);
  await admitValidating(core.admission, request);
  const claim = core.addresses.claimForCreate(resource, object, options.dryRun);
  try {
    return await put(core, call, object, options);
  } catch (error) {
    claim.release();
    throw error;
  }
}

async function put(core: Core, call: Call, object: KubeObject, options: WriteCallOptions): Promise<ObjectEntry> {
  const { resource } = call;
  const name = object.metadata?.name ?? '';
  const key = keyOf(resource, call.namespace, name);
  const encoded = encodeObject(apiVersionOf(resource.storage), resource.storage.kind, object);
  if (options.dryRun) {
    if (core.store.get(key)) throw new NameTaken(name);
    return { key, revision: 0, bytes: encoded.unstored(), index: new ObjectIndex(key, encoded.object, true) };
  }
  const outcome = await core.store.write(key, (current) => {
    if (current) throw new NameTaken(name);
    return { kind: 'put', encode: encoded.at };
  });
  return outcome.entry as ObjectEntry;
}
