// Keeps managedFields right on create, update and patch: who changes a field owns it, everybody else stops owning it.
// The cost is one walk over the object; a write that changes nothing leaves every entry, and every time, as it is.
import type { KubeObject } from '../facts.ts';
import { compareObjectsOf } from './compare.ts';
import {
  deepDifference,
  difference,
  type FieldSet,
  intersection,
  isEmptySet,
  setOfNames,
  setsEqual,
  union,
} from './field-set.ts';
import { MANAGER_NAME_MAX } from './limits.ts';
import { capUpdaters, isSameOwner, type Ownership, ownershipsBefore, writeOwnerships } from './managed-fields.ts';
import { rootShape, type TypeReference } from './shape.ts';

export interface TrackUpdate {
  /** The object before the write; undefined on create. */
  readonly live?: KubeObject | undefined;
  /** The object that will be stored. */
  readonly updated: KubeObject;
  /** Name of the field manager; see {@link fieldManagerName}. */
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

/** What one write did to the fields of an object. */
export interface Changes {
  /** Added or modified. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** RFC 3339 in whole seconds. */
export function timeText(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

/** The name of a field manager: the one that the request gives, else the product of its User-Agent. */
export function fieldManagerName(request: {
  fieldManager?: string | undefined;
  userAgent?: string | undefined;
}): string {
  if (request.fieldManager) return request.fieldManager;
  const [product = ''] = (request.userAgent ?? '').split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names must be printable
  return product.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, MANAGER_NAME_MAX) || 'unknown';
}

const NOTHING: FieldSet = {};

/** Undefined when the two states are the same. */
export function changesBetween(
  before: KubeObject | undefined,
  after: KubeObject,
  options: { type: TypeReference; resetFields?: readonly (readonly string[])[] | undefined },
): Changes | undefined {
  const found = compareObjectsOf(before, after, rootShape(options.type));
  if (!found) return undefined;
  let changed = found.modified && found.added ? union(found.modified, found.added) : (found.modified ?? found.added);
  let removed = found.removed;
  if (options.resetFields?.length) {
    const reset = setOfNames(options.resetFields);
    changed = changed && deepDifference(changed, reset);
    removed = removed && deepDifference(removed, reset);
  }
  return { changed: changed ?? NOTHING, removed: removed ?? NOTHING };
}

/** An owner's fields after somebody else's write; the very same set when they stay. */
export function afterLosing(fields: FieldSet, { changed, removed }: Changes): FieldSet {
  const lost = isEmptySet(changed) ? NOTHING : intersection(fields, changed);
  const left = isEmptySet(lost) ? fields : difference(fields, lost);
  return isEmptySet(removed) ? left : difference(left, removed);
}

/** The object with these owners in its metadata; the object given stays as it is. */
export function withOwners(object: KubeObject, owners: readonly Ownership[]): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  const entries = writeOwnerships(owners);
  return { ...object, metadata: entries ? { ...metadata, managedFields: entries } : metadata };
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

/** Whether two lists of owners differ in more than their times. */
export function sameFields(a: Ownership | undefined, b: Ownership | undefined): boolean {
  return a !== undefined && b !== undefined && a.apiVersion === b.apiVersion && setsEqual(a.fields, b.fields);
}
