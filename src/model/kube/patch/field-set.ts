// Sets of fields, in the very form in which managedFields carries them (FieldsV1), so that nothing is decoded or encoded.
// A set is a tree of path elements: `f:<name>` a field, `k:<keys>` an item by its keys, `v:<value>` an item by its value,
// `i:<index>` an item by its place. A child without children is a member; one with children is a member when it has
// the child "." too. The set itself (the root) is never a member; `{}` there is the empty set. Sets are never changed in place.
// Source: Kubernetes API, meta/v1 FieldsV1.
import { type JsonObject, setOwn } from './json.ts';

export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A member without children. */
export const MEMBER: FieldSet = Object.freeze({});

type Building = { [element: string]: FieldSet };

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the node itself, not only something below it, is in the set. */
export function isMember(node: FieldSet): boolean {
  return '.' in node || isEmptySet(node);
}

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

export function setsEqual(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  let present = 0;
  for (const key in a) {
    const right = b[key];
    if (!right || !setsEqual(a[key] as FieldSet, right)) return false;
    present++;
  }
  for (const _ in b) present--;
  return present === 0;
}

/** Visits the path of every member, members of a level before what is below them, each level sorted. */
export function eachPath(
  set: FieldSet,
  visit: (path: readonly string[]) => void,
  prefix: readonly string[] = [],
): void {
  const keys = Object.keys(set)
    .filter((key) => key !== '.')
    .sort();
  for (const key of keys) if (isMember(set[key] as FieldSet)) visit([...prefix, key]);
  for (const key of keys) eachPath(set[key] as FieldSet, visit, [...prefix, key]);
}

/** The set with these paths; a path is a list of field names. */
export function setOfNames(paths: readonly (readonly string[])[]): FieldSet {
  const root: JsonObject = {};
  for (const path of paths) {
    let node = root;
    for (const name of path) {
      if (!node[`f:${name}`]) setOwn(node, `f:${name}`, {});
      node = node[`f:${name}`] as JsonObject;
    }
  }
  return root as FieldSet;
}
