// Whoever was shut out, or deleted, is never let in again with what he holds, whatever the clock said meanwhile.
import type { Checker } from './checkers.ts';

export function shutOut(): Checker {
  return {
    name: 'shut-out',
    saw: (observation) =>
      observation.kind === 'let-in' ? `${observation.name} was shut out, and was let in` : undefined,
  };
}
