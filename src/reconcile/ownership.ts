// Who owns what: owner references, and taking in or letting go of dependents by selector, with checks by uid so that a
// namesake of a deleted owner never takes its dependents. Source: Kubernetes concepts "Owners and Dependents".
import { ApiError, type Client, type ObjectName, type Resource } from '#client';
import type { KubeObject, OwnerReference } from '#model/kube';
import { keyOf, nameOf, uidOf } from './object-key.ts';

/** A reference to an owner, with `controller` and `blockOwnerDeletion` set unless told otherwise. */
export function ownerReference(
  of: Resource,
  owner: KubeObject,
  options: { controller?: boolean; block?: boolean } = {},
): OwnerReference {
  return {
    apiVersion: of.group ? `${of.group}/${of.version}` : of.version,
    kind: of.kind,
    name: owner.metadata?.name ?? '',
    uid: uidOf(owner),
    controller: options.controller ?? true,
    blockOwnerDeletion: options.block ?? true,
  };
}

/** The one owner that is in control, if there is one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((reference) => reference.controller);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata?.uid;
}

export interface ClaimRequest<K extends KubeObject, O extends KubeObject> {
  readonly client: Client;
  readonly of: Resource<K>;
  readonly ownerOf: Resource<O>;
  readonly owner: O;
  /** Dependents of the owner, and those of its namespace that nobody controls. */
  readonly candidates: Iterable<K>;
  matches(object: K): boolean;
}

/**
 * The objects that the owner controls after adopting orphans that match and releasing dependents that do not.
 * An object that vanished meanwhile is left out.
 */
export async function claimDependents<K extends KubeObject, O extends KubeObject>(
  request: ClaimRequest<K, O>,
): Promise<K[]> {
  const { owner } = request;
  const claimed: K[] = [];
  let mayAdopt: Promise<boolean> | undefined;
  for (const object of request.candidates) {
    const controller = controllerOf(object);
    if (controller) {
      if (controller.uid !== owner.metadata?.uid) continue;
      if (request.matches(object)) claimed.push(object);
      else if (!owner.metadata?.deletionTimestamp) await release(request, object);
      continue;
    }
    if (owner.metadata?.deletionTimestamp || object.metadata?.deletionTimestamp || !request.matches(object)) continue;
    mayAdopt ??= ownerStillThere(request);
    if (!(await mayAdopt)) continue;
    const adopted = await adopt(request, object);
    if (adopted) claimed.push(adopted);
  }
  return claimed;
}

/** Asks the server, not the cache: only the very owner we know, and not one that is going. */
async function ownerStillThere<K extends KubeObject, O extends KubeObject>(
  request: ClaimRequest<K, O>,
): Promise<boolean> {
  const fresh = await orMissing(request.client.get(request.ownerOf, nameOf(request.owner)));
  return fresh !== undefined && uidOf(fresh) === uidOf(request.owner) && !fresh.metadata?.deletionTimestamp;
}

async function adopt<K extends KubeObject, O extends KubeObject>(
  request: ClaimRequest<K, O>,
  object: K,
): Promise<K | undefined> {
  const references = [...(object.metadata?.ownerReferences ?? []), ownerReference(request.ownerOf, request.owner)];
  return writeReferences(request, object, references);
}

async function release<K extends KubeObject, O extends KubeObject>(
  request: ClaimRequest<K, O>,
  object: K,
): Promise<void> {
  const kept = (object.metadata?.ownerReferences ?? []).filter((r) => r.uid !== request.owner.metadata?.uid);
  await writeReferences(request, object, kept);
}

function writeReferences<K extends KubeObject, O extends KubeObject>(
  request: ClaimRequest<K, O>,
  object: K,
  ownerReferences: readonly OwnerReference[],
): Promise<K | undefined> {
  const { uid, resourceVersion } = object.metadata ?? {};
  const body = { metadata: { uid, resourceVersion, ownerReferences } };
  return orMissing(request.client.patch(request.of, nameOf(object), { type: 'merge', body }));
}

/** The answer, or undefined when the object is not there. */
export async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.code === 404) return undefined;
    throw thrown;
  }
}

/** Deletes exactly this object; one that is gone, or replaced by a namesake, is left alone. */
export async function deleteExactly(
  client: Client,
  of: Resource,
  object: KubeObject,
  options: { gracePeriodSeconds?: number; propagationPolicy?: 'Foreground' | 'Background' | 'Orphan' } = {},
): Promise<void> {
  const at: ObjectName = nameOf(object);
  try {
    await client.delete(of, at, { ...options, preconditions: { uid: uidOf(object) } });
  } catch (thrown) {
    if (thrown instanceof ApiError && (thrown.code === 404 || thrown.code === 409)) return;
    throw new Error(`delete ${of.resource} ${keyOf(object)}`, { cause: thrown });
  }
}
