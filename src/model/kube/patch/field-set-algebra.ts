// The algebra of field sets: what is in either, in both, in one and not the other.
import { type FieldSet, isEmptySet, isMember, MEMBER } from './field-set.ts';

type Building = { [element: string]: FieldSet };

/** A node out of its children and its own membership; undefined when it says nothing. */
function nodeFrom(children: Building, member: boolean): FieldSet | undefined {
  if (isEmptySet(children)) return member ? MEMBER : undefined;
  return member ? { '.': MEMBER, ...children } : children;
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return nodeFrom(union(a, b) as Building, isMember(a) || isMember(b)) ?? MEMBER;
}

/** Fields of either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result: Building = {};
  for (const key in a) {
    if (key === '.') continue;
    const left = a[key] as FieldSet;
    const right = b[key];
    result[key] = right ? unionNode(left, right) : left;
  }
  for (const key in b) if (key !== '.' && !(key in a)) result[key] = b[key] as FieldSet;
  return result;
}

/** Fields of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: Building = {};
  for (const key in a) {
    const left = a[key] as FieldSet;
    const right = b[key];
    if (key === '.' || !right) continue;
    const node = nodeFrom(intersection(left, right) as Building, isMember(left) && isMember(right));
    if (node) result[key] = node;
  }
  return result;
}

/** Fields of `a` that are not in `b`: a parent in `b` takes nothing below it away. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const result: Building = {};
  for (const key in a) {
    if (key === '.') continue;
    const left = a[key] as FieldSet;
    const right = b[key];
    const node = right ? nodeFrom(difference(left, right) as Building, isMember(left) && !isMember(right)) : left;
    if (node) result[key] = node;
  }
  return result;
}

/** Fields of `a` that are neither in `b` nor below a member of `b`. */
export function deepDifference(a: FieldSet, b: FieldSet): FieldSet {
  const result: Building = {};
  for (const key in a) {
    if (key === '.') continue;
    const left = a[key] as FieldSet;
    const right = b[key];
    if (right && isMember(right)) continue;
    const node = right ? nodeFrom(deepDifference(left, right) as Building, isMember(left)) : left;
    if (node) result[key] = node;
  }
  return result;
}

/** Members that have no member below them. */
export function leaves(set: FieldSet): FieldSet {
  const result: Building = {};
  for (const key in set) {
    if (key === '.') continue;
    const node = set[key] as FieldSet;
    const below = leaves(node);
    result[key] = isEmptySet(below) ? MEMBER : below;
  }
  return result;
}
