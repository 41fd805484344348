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

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the node itself, not only something below it, is in the set. */
export function isMember(node: FieldSet): boolean {
  return '.' in node || isEmptySet(node);
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
