// Server-side apply: merges a configuration into the live object and keeps track of who wants what.
// The manager owns what it applies. What it applied before and no longer does goes away, unless somebody else owns it too.
// What others own and this configuration would change is a conflict, unless forced; equal values are owned together.
// Source: Kubernetes API concepts, "Server-Side Apply"; KEP-555.
import type { KubeObject } from '../facts.ts';
import { type ApplyConflict, conflictsOf } from './apply-conflict.ts';
import { afterLosing, type Changes, changesBetween } from './changes.ts';
import { checkApplied } from './check-applied.ts';
import { type FieldSet, isEmptySet, MEMBER, setOfNames, setsEqual } from './field-set.ts';
import { deepDifference, difference, intersection, union } from './field-set-algebra.ts';
import { applyLastApplied, fieldsOfLastApplied } from './last-applied.ts';
import { isSameOwner, type Ownership, readOwnerships, withOwners } from './managed-fields.ts';
import { mergeValues } from './merge-objects.ts';
import { fieldsOf } from './owned-fields.ts';
import { badPatch } from './refused.ts';
import { removeFields, withNamedFields } from './remove-fields.ts';
import { rootShape, type StructShape } from './shape.ts';
import { timeText } from './track-update.ts';
import type { TypeReference } from './type-reference.ts';

export interface ApplyServerSide {
  /** The object as it is; undefined when it does not exist yet. */
  readonly live?: KubeObject | undefined;
  readonly applied: KubeObject;
  readonly manager: string;
  readonly force?: boolean;
  readonly type: TypeReference;
  readonly subresource?: string;
  /** Paths that this endpoint ignores, e.g. [["status"]] of the main resource. */
  readonly resetFields?: readonly (readonly string[])[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** `object` carries its managedFields; it is not defaulted. */
export type ApplyResult = { readonly object: KubeObject } | { readonly conflicts: readonly ApplyConflict[] };

/** What is known once the configuration is merged. */
interface Merged {
  readonly object: KubeObject;
  readonly self: Ownership;
  readonly previous: Ownership | undefined;
  readonly others: readonly Ownership[];
  readonly changes: Changes | undefined;
}

const NO_CHANGES: Changes = { changed: {}, removed: {} };
const METADATA: FieldSet = { 'f:metadata': MEMBER };

function checkRequest({ live, applied, type }: ApplyServerSide): void {
  if (live && applied.apiVersion !== live.apiVersion)
    throw badPatch(
      `Incorrect version specified in apply patch. Specified patch version: ${applied.apiVersion}, expected: ${live.apiVersion}`,
    );
  if (applied.metadata?.managedFields) throw badPatch('metadata.managedFields must be nil');
  const { namespace = '', name = '' } = applied.metadata ?? {};
  checkApplied(applied, type, `${namespace}/${name}; ${applied.apiVersion}, Kind=${applied.kind}`);
}

/** Who owned what before; an object that was never tracked belongs, whole, to "before-first-apply". */
function ownersBefore({ live, type, applied, now }: ApplyServerSide): Ownership[] {
  const owners = readOwnerships(live?.metadata?.managedFields, { trusted: true });
  if (!owners) throw badPatch('failed to decode managed fields');
  if (!live || owners.length > 0) return owners;
  const fields = changesBetween(undefined, live, { type })?.changed;
  if (!fields || isEmptySet(fields)) return [];
  const apiVersion = live.apiVersion ?? applied.apiVersion ?? '';
  const time = timeText(now);
  return [{ manager: 'before-first-apply', operation: 'Update', subresource: '', apiVersion, time, fields }];
}

/** Takes away what the manager no longer wants and nobody else owns. Metadata as such is there always. */
function prune(object: unknown, shape: StructShape, dropped: FieldSet, owned: readonly FieldSet[]): unknown {
  const kept = owned.reduce((all, fields) => union(all, withNamedFields(fields, shape)), METADATA);
  const gone = difference(withNamedFields(dropped, shape), kept);
  return isEmptySet(gone) ? object : (removeFields(object, gone, shape) ?? {});
}

function merge(request: ApplyServerSide): Merged {
  const { live, applied, type, manager, subresource = '', resetFields = [] } = request;
  const shape = rootShape(type);
  const owners = ownersBefore(request);
  const reset = setOfNames(resetFields);
  const fields = deepDifference(fieldsOf(applied, shape, 'declared'), reset);
  const time = timeText(request.now);
  const self: Ownership = {
    manager,
    operation: 'Apply',
    subresource,
    apiVersion: applied.apiVersion ?? '',
    time,
    fields,
  };
  const previous = owners.find((owner) => isSameOwner(owner, self));
  const others = owners.filter((owner) => owner !== previous);
  let object = mergeValues(live, applied, shape);
  const dropped = previous ? deepDifference(difference(previous.fields, fields), reset) : {};
  if (!isEmptySet(dropped)) {
    const owned = others.map((owner) => owner.fields);
    // Merged once more, because a list that the configuration leaves empty went with its last item.
    object = mergeValues(prune(object, shape, dropped, [fields, ...owned]), applied, shape);
  }
  const changes = changesBetween(live ?? emptyOf(applied), object as KubeObject, { type, resetFields });
  return { object: object as KubeObject, self, previous, others, changes };
}

const emptyOf = ({ apiVersion, kind }: KubeObject): KubeObject => ({ apiVersion, kind });

function sameFields(a: Ownership | undefined, b: Ownership): boolean {
  return a !== undefined && a.apiVersion === b.apiVersion && setsEqual(a.fields, b.fields);
}

/** The merged object with the owners after this apply. */
function finish(request: ApplyServerSide, merged: Merged): KubeObject {
  const { self, previous, others, changes } = merged;
  const kept = others.map((owner) => {
    const fields = changes ? afterLosing(owner.fields, changes) : owner.fields;
    return fields === owner.fields ? owner : { ...owner, fields };
  });
  // Applying again what is already so is no news.
  const time = !changes && sameFields(previous, self) ? previous?.time : self.time;
  const object = withOwners(merged.object, [...kept, { ...self, time }]);
  return applyLastApplied(object, request);
}

/** What the conflicts are that may not be overlooked. */
function conflicting(request: ApplyServerSide, merged: Merged): { owner: Ownership; fields: FieldSet }[] {
  const { changed } = merged.changes ?? NO_CHANGES;
  if (request.force || isEmptySet(changed)) return [];
  // kubectl moves from client-side to server-side apply: it does not conflict with what it applied before.
  const own = fieldsOfLastApplied(request);
  const found: { owner: Ownership; fields: FieldSet }[] = [];
  for (const owner of merged.others) {
    const fields = intersection(owner.fields, changed);
    if (!isEmptySet(fields)) found.push({ owner, fields });
  }
  if (!own) return found;
  return found
    .map(({ owner, fields }) => ({ owner, fields: difference(fields, own) }))
    .filter(({ fields }) => !isEmptySet(fields));
}

/** Applies a configuration. Throws PatchRefused 400 for one that makes no sense; see conflictRefused for conflicts. */
export function applyServerSide(request: ApplyServerSide): ApplyResult {
  checkRequest(request);
  const merged = merge(request);
  const conflicts = conflicting(request, merged);
  if (conflicts.length > 0) return { conflicts: conflictsOf(conflicts) };
  return { object: finish(request, merged) };
}
