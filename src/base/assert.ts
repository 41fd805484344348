// States what must hold; a violated statement is a bug, and the process that meets one stops.

export class AssertionFailed extends Error {
  override name = 'AssertionFailed';
}

/** Throws {@link AssertionFailed} when `condition` is false. `statement` says what must hold. */
export function assert(condition: unknown, statement: string): asserts condition {
  if (!condition) throw new AssertionFailed(`must hold: ${statement}`);
}

/** The value, which must be there. `statement` says why it must. */
export function present<T>(value: T | undefined | null, statement: string): T {
  assert(value !== undefined && value !== null, statement);
  return value;
}
