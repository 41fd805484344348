// Validation of controller revisions, which never change.
import type { ControllerRevision } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { nonNegative } from '../numbers.ts';

export function validateControllerRevision(revision: ControllerRevision, to: Findings): void {
  if (revision.data === undefined || revision.data === null) to.required('data', 'data is mandatory');
  nonNegative(revision.revision, 'revision', to);
}

export function validateControllerRevisionUpdate(
  revision: ControllerRevision,
  old: ControllerRevision,
  to: Findings,
): void {
  if (!semanticEqual(revision.data, old.data)) to.invalid('data', revision.data, 'field is immutable');
}
