// What one write did to the fields of an object, and what others lose by it.
import type { KubeObject } from '../facts.ts';
import { compareObjectsOf } from './compare.ts';
import { type FieldSet, isEmptySet, setOfNames } from './field-set.ts';
import { deepDifference, difference, intersection, union } from './field-set-algebra.ts';
import { rootShape } from './shape.ts';
import type { TypeReference } from './type-reference.ts';

/** What one write did to the fields of an object. */
export interface Changes {
  /** Added or modified. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
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
