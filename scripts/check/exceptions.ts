// The listed exceptions to the house rules, each with its reason. The list only shrinks: an entry that is no longer needed is an error.
import type { Violation } from './import-law.ts';

export interface Exception {
  readonly rule: string;
  readonly path: string;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [];

/** Violations that no exception covers, and exceptions that cover nothing. */
export function withoutExceptions(violations: readonly Violation[], exceptions: readonly Exception[]): Violation[] {
  const covers = (e: Exception, v: Violation): boolean =>
    e.rule === v.rule && (e.path === v.path || (e.path.endsWith('/') && v.path.startsWith(e.path)));
  const left = violations.filter((v) => !exceptions.some((e) => covers(e, v)));
  const idle = exceptions.filter((e) => !violations.some((v) => covers(e, v)));
  return [
    ...left,
    ...idle.map((e) => ({
      rule: e.rule,
      path: e.path,
      line: 1,
      message: 'this exception is no longer needed; remove it',
    })),
  ];
}
