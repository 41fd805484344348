// Decides what becomes of an object because of its owners or dependents.
//
//   on its way out with `orphan`:              its dependents lose their reference to it, then it goes
//   on its way out with `foregroundDeletion`:  its dependents are deleted; it goes when no blocking one is left
//   some owner alive:                          references to dead owners are taken off it
//   an owner waits for it (foreground):        it is deleted, in the foreground if it has dependents of its own
//   all owners dead:                           it is deleted, the way its own finalizers ask for
//
// Source: Kubernetes concepts "Garbage Collection".
import type { KubeObject, OwnerReference } from '#model/kube';

export const orphanFinalizer = 'orphan';
export const foregroundFinalizer = 'foregroundDeletion';

export type OwnerState = 'alive' | 'waiting' | 'absent' | 'unknown';

export type GarbageAction =
  | { readonly kind: 'keep' }
  | { readonly kind: 'dropReferences'; readonly uids: readonly string[] }
  | { readonly kind: 'delete'; readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan' }
  | { readonly kind: 'orphanDependents' }
  | { readonly kind: 'deleteDependents'; readonly done: boolean };

export interface GarbageInput {
  readonly object: KubeObject;
  stateOf(reference: OwnerReference): OwnerState;
  readonly dependents: readonly KubeObject[];
}

export function isWaitingForDependents(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers } = object.metadata ?? {};
  return Boolean(deletionTimestamp) && (finalizers ?? []).includes(foregroundFinalizer);
}

function blocks(dependent: KubeObject, owner: KubeObject): boolean {
  const reference = dependent.metadata?.ownerReferences?.find((r) => r.uid === owner.metadata?.uid);
  return reference?.blockOwnerDeletion === true;
}

export function planGarbage(input: GarbageInput): GarbageAction {
  const { object, dependents } = input;
  const finalizers = object.metadata?.finalizers ?? [];
  if (object.metadata?.deletionTimestamp) {
    if (finalizers.includes(orphanFinalizer)) return { kind: 'orphanDependents' };
    if (!finalizers.includes(foregroundFinalizer)) return { kind: 'keep' };
    return { kind: 'deleteDependents', done: !dependents.some((dependent) => blocks(dependent, object)) };
  }
  const references = object.metadata?.ownerReferences ?? [];
  if (references.length === 0) return { kind: 'keep' };
  const states = references.map((reference) => ({ uid: reference.uid, state: input.stateOf(reference) }));
  const having = (...wanted: OwnerState[]): string[] =>
    states.filter((s) => wanted.includes(s.state)).map((s) => s.uid);
  if (having('alive', 'unknown').length > 0) {
    const uids = having('absent', 'waiting');
    return uids.length > 0 ? { kind: 'dropReferences', uids } : { kind: 'keep' };
  }
  if (having('waiting').length > 0 && dependents.length > 0) return { kind: 'delete', propagationPolicy: 'Foreground' };
  const propagationPolicy = finalizers.includes(orphanFinalizer)
    ? 'Orphan'
    : finalizers.includes(foregroundFinalizer)
      ? 'Foreground'
      : 'Background';
  return { kind: 'delete', propagationPolicy };
}
