// The one class for a world that failed: a closed code, what was attempted on what, and the cure.

export type WorldErrorCode =
  | 'Unavailable' // it may work later: connection refused, time-out, process not up yet
  | 'NotFound'
  | 'Conflict' // taken or changed by somebody else
  | 'Denied' // no right, no capability
  | 'Exhausted' // disk, memory, addresses, quota
  | 'Corrupt' // data that is not what was written
  | 'Unsupported' // too old, too new, not built for this machine
  | 'Invalid' // input that cannot be
  | 'Refused' // the operations guard: not here, not now
  | 'Ambiguous' // it may or may not have happened
  | 'Failed';

export interface WorldErrorDetails {
  /** What was attempted, e.g. "open the database". */
  readonly attempted?: string;
  /** On what, e.g. a path or an address. Never a secret. */
  readonly subject?: string;
  /** What the reader can do about it, as a sentence or a command. */
  readonly cure?: string;
  readonly cause?: unknown;
  /** With `Refused`: what the operations guard said. */
  readonly refusal?: Refusal;
}

/** Why the operations guard refuses something, in words that every front door passes on. */
export interface Refusal {
  readonly operation: string;
  readonly plane: string;
  readonly mode: string;
  readonly reason: string;
  readonly workaround: string;
}

export class WorldError extends Error {
  override name = 'WorldError';
  readonly code: WorldErrorCode;
  readonly details: WorldErrorDetails;

  constructor(code: WorldErrorCode, message: string, details: WorldErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a Node.js system error such as ENOENT, or undefined. */
export function systemCodeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
