// metadata.managedFields: who owns which fields of an object. An owner is a manager with its operation, subresource
// and, for updates, API version; it has one entry. Entries stand in a fixed order and are never changed in place.
// Source: Kubernetes API concepts, "Field management"; meta/v1 ManagedFieldsEntry.
import type { KubeObject } from '../facts.ts';
import type { ManagedFieldsEntry } from '../generated/kinds.ts';
import { type FieldSet, isEmptySet } from './field-set.ts';
import { union } from './field-set-algebra.ts';
import { isObject, type JsonObject, jsonEqual } from './json.ts';
import { UPDATE_MANAGERS_MAX } from './limits.ts';
import { canonicalElement } from './path-element.ts';

export type Operation = 'Apply' | 'Update';

/** One owner and its fields. */
export interface Ownership {
  readonly manager: string;
  readonly operation: Operation;
  readonly subresource: string;
  readonly apiVersion: string;
  /** RFC 3339, whole seconds; undefined when the object never said. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** The same owner: appliers go by name, whatever version they apply. */
export function isSameOwner(a: Ownership, b: Omit<Ownership, 'time' | 'fields'>): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** The set in the form that this room writes; undefined when it is not a set. */
function canonicalSet(set: unknown): FieldSet | undefined {
  if (!isObject(set)) return undefined;
  const result: JsonObject = {};
  for (const element of Object.keys(set)) {
    const name = canonicalElement(element);
    const node = canonicalSet(set[element]);
    if (name === undefined || node === undefined) return undefined;
    result[name] = node;
  }
  return result as FieldSet;
}

function readEntry(entry: ManagedFieldsEntry, trusted: boolean): Ownership | undefined {
  const { operation, apiVersion, fieldsType } = entry;
  if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1') return undefined;
  const fields = trusted ? ((entry.fieldsV1 ?? {}) as FieldSet) : canonicalSet(entry.fieldsV1 ?? {});
  if (!fields) return undefined;
  const { manager = '', subresource = '', time } = entry;
  return { manager, operation, subresource, apiVersion, time, fields };
}

/** The entries of an object; undefined when one of them makes no sense. `trusted`: written by this room. */
export function readOwnerships(
  entries: readonly ManagedFieldsEntry[] | undefined,
  options: { trusted: boolean },
): Ownership[] | undefined {
  const owners: Ownership[] = [];
  for (const entry of entries ?? []) {
    const owner = isObject(entry) ? readEntry(entry, options.trusted) : undefined;
    if (!owner) return undefined;
    owners.push(owner);
  }
  return owners;
}

function order(a: Ownership, b: Ownership): number {
  if (a.operation !== b.operation) return a.operation < b.operation ? -1 : 1;
  const times = (a.time ? Date.parse(a.time) : 0) - (b.time ? Date.parse(b.time) : 0);
  if (times !== 0) return times;
  if (a.manager !== b.manager) return a.manager < b.manager ? -1 : 1;
  if (a.apiVersion !== b.apiVersion) return a.apiVersion < b.apiVersion ? -1 : 1;
  return a.subresource < b.subresource ? -1 : a.subresource > b.subresource ? 1 : 0;
}

/** The list for metadata.managedFields; undefined when nobody owns anything. */
function writeOwnerships(owners: readonly Ownership[]): ManagedFieldsEntry[] | undefined {
  const entries = owners
    .filter((owner) => !isEmptySet(owner.fields))
    .sort(order)
    .map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      ...(subresource === '' ? {} : { subresource }),
    }));
  return entries.length > 0 ? entries : undefined;
}

/** The object with these owners in its metadata; the object given stays as it is. */
export function withOwners(object: KubeObject, owners: readonly Ownership[]): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  const entries = writeOwnerships(owners);
  return { ...object, metadata: entries ? { ...metadata, managedFields: entries } : metadata };
}

/** Merges the oldest updaters of a version into one called "ancient-changes" until few enough are left. */
export function capUpdaters(owners: readonly Ownership[]): Ownership[] {
  const updaters = owners.filter((owner) => owner.operation === 'Update').sort(order);
  let surplus = updaters.length - UPDATE_MANAGERS_MAX;
  if (surplus <= 0) return [...owners];
  const kept = new Set(owners);
  const oldest = new Map<string, Ownership>();
  for (const owner of updaters) {
    if (surplus === 0) break;
    const first = oldest.get(owner.apiVersion);
    kept.delete(owner);
    if (first) {
      kept.delete(first);
      surplus--;
    }
    const bucket: Ownership = first
      ? { ...owner, manager: 'ancient-changes', subresource: '', fields: union(owner.fields, first.fields) }
      : owner;
    oldest.set(owner.apiVersion, bucket);
    kept.add(bucket);
  }
  return [...kept];
}

/** Whether a request asks for the ownership of all fields to be forgotten. */
function isReset(entries: readonly ManagedFieldsEntry[] | null | undefined): boolean {
  if (!Array.isArray(entries)) return false;
  const [only] = entries;
  return entries.length === 0 || (entries.length === 1 && isObject(only) && Object.keys(only).length === 0);
}

/** Where the ownership before a write is read from: the request may change it, an omission or nonsense does not. */
export function ownershipsBefore(
  live: readonly ManagedFieldsEntry[] | undefined,
  requested: readonly ManagedFieldsEntry[] | null | undefined,
): Ownership[] {
  if (isReset(requested)) return [];
  if (requested && requested.length > 0 && requested !== live && !jsonEqual(requested, live)) {
    const owners = readOwnerships(requested, { trusted: false });
    if (owners && owners.length > 0) return owners;
  }
  return readOwnerships(live, { trusted: true }) ?? [];
}
