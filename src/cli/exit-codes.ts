// The exit codes of every command, and which failure becomes which.
import { WorldError, type WorldErrorCode } from '#base';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notReady: 3,
  /** The operations guard said no. */
  refused: 4,
  notFound: 5,
  conflict: 6,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_ERROR: Readonly<Record<WorldErrorCode, ExitCode>> = {
  Unavailable: EXIT.failed,
  NotFound: EXIT.notFound,
  Conflict: EXIT.conflict,
  Denied: EXIT.failed,
  Exhausted: EXIT.failed,
  Corrupt: EXIT.failed,
  Unsupported: EXIT.failed,
  Invalid: EXIT.usage,
  Refused: EXIT.refused,
  Ambiguous: EXIT.failed,
  Failed: EXIT.failed,
};

export function exitCodeOf(thrown: unknown): ExitCode {
  return thrown instanceof WorldError ? OF_ERROR[thrown.code] : EXIT.failed;
}
