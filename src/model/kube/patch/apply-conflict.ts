// The conflicts of a server-side apply, and how the API words them.
// Source: Kubernetes API concepts, "Server-Side Apply" (Conflicts); meta/v1 StatusCause type FieldManagerConflict.
import { eachPath, type FieldSet } from './field-set.ts';
import type { Ownership } from './managed-fields.ts';
import { pathText } from './path-element.ts';
import { PatchRefused } from './refused.ts';

export interface ApplyConflict {
  /** The owner as messages name it: `"kubectl" using apps/v1`. */
  readonly manager: string;
  /** `.spec.replicas` */
  readonly field: string;
}

function ownerText({ manager, subresource, operation, apiVersion }: Ownership): string {
  const name = JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

/** A conflict for each field of the sets. */
export function conflictsOf(found: readonly { owner: Ownership; fields: FieldSet }[]): ApplyConflict[] {
  const conflicts: ApplyConflict[] = [];
  for (const { owner, fields } of found) {
    const manager = ownerText(owner);
    eachPath(fields, (path) => conflicts.push({ manager, field: pathText(path) }));
  }
  return conflicts.sort((a, b) => (a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : 0));
}

function message(conflicts: readonly ApplyConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first)
    return `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.field}`;
  const lines: string[] = [];
  let manager = '';
  for (const conflict of conflicts) {
    if (conflict.manager !== manager) lines.push(`conflicts with ${conflict.manager}:`);
    manager = conflict.manager;
    lines.push(`- ${conflict.field}`);
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

/** The 409 that answers these conflicts. */
export function conflictRefused(conflicts: readonly ApplyConflict[]): PatchRefused {
  return new PatchRefused(
    409,
    'Conflict',
    message(conflicts),
    conflicts.map(({ manager, field }) => ({
      type: 'FieldManagerConflict',
      message: `conflict with ${manager}`,
      field,
    })),
  );
}
