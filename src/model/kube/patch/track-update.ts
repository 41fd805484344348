// Keeps managedFields right on create, update and patch: who changes a field owns it, everybody else stops owning it.
// The cost is one walk over the object; a write that changes nothing leaves every entry, and every time, as it is.
import type { KubeObject } from '../facts.ts';
import { afterLosing, type Changes, changesBetween } from './changes.ts';
import { type FieldSet, isEmptySet } from './field-set.ts';
import { difference, union } from './field-set-algebra.ts';
import { capUpdaters, isSameOwner, type Ownership, ownershipsBefore, withOwners } from './managed-fields.ts';
import type { TypeReference } from './type-reference.ts';

export interface TrackUpdate {
  /** The object before the write; undefined on create. */
  readonly live?: KubeObject | undefined;
  /** The object that will be stored. */
  readonly updated: KubeObject;
  /** Name of the field manager; see fieldManagerName. */
  readonly manager: string;
  /** "apps/v1"; that of `updated` when left out. */
  readonly apiVersion?: string;
  readonly type: TypeReference;
  readonly subresource?: string;
  /** Paths that this endpoint resets, which therefore nobody comes to own by it, e.g. [["status"]]. */
  readonly resetFields?: readonly (readonly string[])[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** RFC 3339 in whole seconds. */
export function timeText(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

function ownersAfter(owners: readonly Ownership[], self: Ownership, changes: Changes): Ownership[] {
  const result: Ownership[] = [];
  let previous: FieldSet | undefined;
  for (const owner of owners) {
    const fields = afterLosing(owner.fields, changes);
    if (isSameOwner(owner, self)) {
      previous = fields;
      // Its own losses are taken back below, when it changed anything at all.
      if (isEmptySet(self.fields)) result.push({ ...owner, fields });
    } else result.push(fields === owner.fields ? owner : { ...owner, fields });
  }
  if (!isEmptySet(self.fields)) result.push(previous ? { ...self, fields: union(self.fields, previous) } : self);
  return result;
}

/** The updated object with metadata.managedFields as it must be after this write. */
export function trackUpdate(write: TrackUpdate): KubeObject {
  const { live, updated, manager, subresource = '' } = write;
  const before = live?.metadata?.managedFields;
  // A subresource takes no ownership from the request.
  const owners = ownershipsBefore(before, subresource === '' ? updated.metadata?.managedFields : before);
  // Objects that were never tracked, or whose tracking was reset, are tracked from the next apply on.
  if (live && owners.length === 0) return withOwners(updated, []);
  const changes = changesBetween(live, updated, write);
  if (!changes) return withOwners(updated, owners);
  const self: Ownership = {
    manager,
    operation: 'Update',
    subresource,
    apiVersion: write.apiVersion ?? updated.apiVersion ?? '',
    time: timeText(write.now),
    fields: difference(changes.changed, changes.removed),
  };
  return withOwners(updated, capUpdaters(ownersAfter(owners, self, changes)));
}
