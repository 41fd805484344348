// Decides what a deletion does to an object: remove it now, mark it and let others finish, or nothing more.
//
//   present --delete--> removed                                    no finalizer, no grace
//   present --delete--> terminating --last finalizer gone--> removed
//   terminating --delete with a shorter grace--> terminating       grace may only shrink
// Source: Kubernetes documentation, "Finalizers", "Garbage Collection", "Termination of Pods", "Namespaces".
import type { KubeObject, Namespace, Pod } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { objectError } from '../answer/errors.ts';
import type { ServedResource } from '../objects/served-resource.ts';

export interface DeleteCallOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export type DeletePlan =
  | { readonly kind: 'remove'; readonly object: KubeObject }
  | { readonly kind: 'mark'; readonly object: KubeObject }
  | { readonly kind: 'pending' };

const GRACE_SECONDS_DEFAULT = 30;
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** Errors: ApiError 409 when a precondition does not hold. */
export function planDelete(
  resource: ServedResource,
  present: KubeObject,
  options: DeleteCallOptions,
  nowMs: number,
): DeletePlan {
  checkPreconditions(resource, present, options);
  const object: KubeObject = { ...present, metadata: { ...present.metadata } };
  const grace = graceOf(resource, object, options, nowMs);
  if (grace === 'pending') return { kind: 'pending' };
  const finalizers = finalizersFor(resource, present.metadata?.finalizers ?? [], options);
  setFinalizers(object, finalizers);
  const held = finalizers.length > 0 || namespaceIsHeld(resource, object);
  if (!held && grace === 0) return { kind: 'remove', object };
  if (grace === 0) markNow(resource, object, nowMs);
  return sameMarks(present, object) ? { kind: 'pending' } : { kind: 'mark', object };
}

/** Whether a deletion has already said all of this. */
function sameMarks(present: KubeObject, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = present.metadata ?? {};
  const now = object.metadata ?? {};
  return (
    deletionTimestamp === now.deletionTimestamp &&
    deletionGracePeriodSeconds === now.deletionGracePeriodSeconds &&
    sameList(finalizers, now.finalizers ?? [])
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function checkPreconditions(resource: ServedResource, present: KubeObject, options: DeleteCallOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const meta = present.metadata ?? {};
  const refuse = (why: string): never => {
    throw objectError.conflict(resource.facts, meta.name ?? '', why);
  };
  if (uid !== undefined && uid !== meta.uid)
    refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${meta.uid}`);
  if (resourceVersion !== undefined && resourceVersion !== meta.resourceVersion)
    refuse(
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${meta.resourceVersion}`,
    );
}

/** Seconds that the object still has; sets them on `object`. 0: none. */
function graceOf(
  resource: ServedResource,
  object: KubeObject,
  options: DeleteCallOptions,
  nowMs: number,
): number | 'pending' {
  const meta = object.metadata ?? {};
  if (resource.prefix !== '/core/pods/') return 0;
  const wanted = options.gracePeriodSeconds;
  if (meta.deletionTimestamp !== undefined) {
    const left = meta.deletionGracePeriodSeconds ?? 0;
    if (left === 0) return 0;
    if (wanted === undefined || Math.max(wanted, 0) >= left) return 'pending';
    const since = Date.parse(meta.deletionTimestamp) - left * 1000;
    const shorter = wanted < 0 ? 1 : wanted;
    meta.deletionTimestamp = rfc3339(since + shorter * 1000);
    meta.deletionGracePeriodSeconds = shorter;
    return shorter;
  }
  const grace = podGrace(object as Pod, wanted);
  meta.deletionTimestamp = rfc3339(nowMs + grace * 1000);
  meta.deletionGracePeriodSeconds = grace;
  if (meta.generation) meta.generation++;
  return grace;
}

function podGrace(pod: Pod, wanted: number | undefined): number {
  const { phase } = pod.status ?? {};
  if (!pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  const grace = wanted ?? pod.spec.terminationGracePeriodSeconds ?? GRACE_SECONDS_DEFAULT;
  return grace < 0 ? 1 : grace;
}

function finalizersFor(
  resource: ServedResource,
  present: readonly string[],
  options: DeleteCallOptions,
): readonly string[] {
  const policy = options.propagationPolicy ?? defaultPolicy(resource, present);
  if (policy === undefined) return present;
  const others = present.filter((name) => name !== FOREGROUND && name !== ORPHAN);
  if (policy === 'Foreground') return [...others, FOREGROUND];
  return policy === 'Orphan' ? [...others, ORPHAN] : others;
}

/** Jobs and replication controllers leave their pods behind unless told otherwise, as their first API promised. */
function defaultPolicy(resource: ServedResource, present: readonly string[]): 'Orphan' | undefined {
  const orphans = resource.prefix === '/batch/jobs/' || resource.prefix === '/core/replicationcontrollers/';
  return orphans && !present.includes(FOREGROUND) ? 'Orphan' : undefined;
}

function setFinalizers(object: KubeObject, finalizers: readonly string[]): void {
  if (!object.metadata) return;
  if (finalizers.length > 0) object.metadata.finalizers = [...finalizers];
  else delete object.metadata.finalizers;
}

function namespaceIsHeld(resource: ServedResource, object: KubeObject): boolean {
  return resource.prefix === '/core/namespaces/' && ((object as Namespace).spec?.finalizers?.length ?? 0) > 0;
}

/** Marks an object that only finalizers hold, unless it is marked already. */
function markNow(resource: ServedResource, object: KubeObject, nowMs: number): void {
  const meta = object.metadata ?? {};
  const namespace = resource.prefix === '/core/namespaces/';
  if (meta.deletionTimestamp !== undefined && (namespace || meta.deletionGracePeriodSeconds === 0)) return;
  meta.deletionTimestamp ??= rfc3339(nowMs);
  if (namespace) {
    const { status } = object as Namespace;
    (object as Namespace).status = { ...status, phase: 'Terminating' };
    return;
  }
  if (meta.generation && meta.deletionGracePeriodSeconds === undefined) meta.generation++;
  meta.deletionGracePeriodSeconds = 0;
}

/** Whether a terminating object has nothing left that holds it, so that the write that frees it removes it. */
export function goesWithLastFinalizer(resource: ServedResource, object: KubeObject): boolean {
  const meta = object.metadata ?? {};
  return (
    meta.deletionTimestamp !== undefined &&
    (meta.finalizers?.length ?? 0) === 0 &&
    (meta.deletionGracePeriodSeconds ?? 0) === 0 &&
    !namespaceIsHeld(resource, object)
  );
}
