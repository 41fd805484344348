// Validation of metadata on update: what may not change once an object exists.
import type { KubeObject, ResourceFacts } from '../facts.ts';
import type { ObjectMeta } from '../generated/kinds.ts';
import type { Findings } from './finding.ts';
import { validateMetadata } from './metadata.ts';

export const IMMUTABLE = 'field is immutable';

const FIXED: readonly (keyof ObjectMeta)[] = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** A being-deleted object may lose finalizers, never gain one. */
function validateNewFinalizers(now: ObjectMeta, before: ObjectMeta, to: Findings): void {
  if (!before.deletionTimestamp) return;
  const added = (now.finalizers ?? []).filter((finalizer) => !before.finalizers?.includes(finalizer));
  if (added.length)
    to.forbidden(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((a) => JSON.stringify(a)).join(', ')}}`,
    );
}

/** Both objects must have gone through {@link prepareForUpdate}, which fills in what a client left out. */
export function validateMetadataUpdate(
  resource: Pick<ResourceFacts, 'group' | 'resource' | 'namespaced'>,
  object: KubeObject,
  old: KubeObject,
  to: Findings,
): void {
  const now = object.metadata ?? {};
  const before = old.metadata ?? {};
  validateMetadata(resource, object, to);
  for (const field of FIXED)
    if ((now[field] ?? '') !== (before[field] ?? '')) to.invalid(`metadata.${field}`, now[field], IMMUTABLE);
  if ((now.generation ?? 0) < (before.generation ?? 0))
    to.invalid('metadata.generation', now.generation, 'must not be decremented');
  validateNewFinalizers(now, before, to);
}
