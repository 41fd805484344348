// The rule of kinds whose spec never changes.
import { semanticEqual } from '../strategy/semantic.ts';
import type { Findings } from './finding.ts';

export function specFixed(now: object, old: object, to: Findings): void {
  const after = (now as { spec?: unknown }).spec;
  if (!semanticEqual(after, (old as { spec?: unknown }).spec)) to.invalid('spec', after, 'field is immutable');
}
