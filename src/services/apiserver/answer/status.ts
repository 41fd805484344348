// The one translation of everything that can be thrown into a Kubernetes `Status`.
// Source: Kubernetes API conventions, "Response Status Kind".
import { WorldError, type WorldErrorCode } from '#base';
import { ApiError } from '#client';

export interface StatusBody {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: unknown;
  readonly code?: number;
}

interface Translation {
  readonly code: number;
  readonly reason: string;
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
}

const OF_WORLD: Readonly<Record<WorldErrorCode, Translation>> = {
  Unavailable: { code: 503, reason: 'ServiceUnavailable', retryAfterSeconds: 1 },
  NotFound: { code: 404, reason: 'NotFound' },
  Conflict: { code: 409, reason: 'Conflict' },
  Denied: { code: 500, reason: 'InternalError' },
  Exhausted: { code: 507, reason: 'InsufficientStorage' },
  Corrupt: { code: 500, reason: 'InternalError' },
  Unsupported: { code: 501, reason: 'NotImplemented' },
  Invalid: { code: 400, reason: 'BadRequest' },
  Refused: { code: 403, reason: 'Forbidden' },
  Ambiguous: { code: 504, reason: 'Timeout', retryAfterSeconds: 1 },
  Failed: { code: 500, reason: 'InternalError' },
};

/** The `Status` of anything thrown. A message of a bug is not shown; it stands in the log. */
export function statusOf(thrown: unknown): StatusBody & { readonly code: number } {
  if (thrown instanceof ApiError) return failure(thrown.code, thrown.reason, thrown.message, thrown.details);
  if (thrown instanceof WorldError) {
    const { code, reason, retryAfterSeconds } = OF_WORLD[thrown.code];
    const message = [thrown.message, thrown.details.cure].filter(Boolean).join('; ');
    return failure(code, reason, message, retryAfterSeconds ? { retryAfterSeconds } : undefined);
  }
  return failure(500, 'InternalError', 'Internal error occurred: the server met a bug; its log has the details', {
    causes: [{ message: 'unexpected error' }],
  });
}

/** Whether this is a fault of the server that belongs into its log. */
export function isBug(thrown: unknown): boolean {
  return !(thrown instanceof ApiError) && !(thrown instanceof WorldError);
}

function failure(code: number, reason: string, message: string, details: unknown): StatusBody & { code: number } {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
}

/** What a deletion answers that leaves no object behind. */
export function deletionStatus(
  of: { group: string; resource: string },
  name: string,
  uid: string | undefined,
): StatusBody {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(of.group ? { group: of.group } : {}), kind: of.resource, ...(uid ? { uid } : {}) },
  };
}
