// Fields that take one of a few values.
import type { Findings } from './finding.ts';

/** A value that must be given and be one of the choices. */
export function oneOf(value: string | undefined, choices: readonly string[], field: string, to: Findings): void {
  if (!value) to.required(field);
  else if (!choices.includes(value)) to.notSupported(field, value, choices);
}

/** A value that may be left out. */
export function optionalOneOf(
  value: string | undefined,
  choices: readonly string[],
  field: string,
  to: Findings,
): void {
  if (value && !choices.includes(value)) to.notSupported(field, value, choices);
}
