// The registry's errors as its clients read them: codes of the distribution-spec, each with its HTTP status.
// Source: OCI distribution-spec 1.1, section "Error Codes".
import { messageOf, WorldError, type WorldErrorCode } from '#base';

export type OciCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'
  | 'UNAVAILABLE';

const STATUS: Readonly<Record<OciCode, number>> = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 413,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
  UNAVAILABLE: 503,
};

export class OciError extends Error {
  override name = 'OciError';
  readonly code: OciCode;
  readonly status: number;

  constructor(code: OciCode, message: string, status: number = STATUS[code]) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const OF_WORLD: Readonly<Record<WorldErrorCode, [OciCode, number]>> = {
  Unavailable: ['UNAVAILABLE', 503],
  NotFound: ['BLOB_UNKNOWN', 404],
  Conflict: ['DENIED', 409],
  Denied: ['DENIED', 403],
  Exhausted: ['UNAVAILABLE', 507],
  Corrupt: ['BLOB_UNKNOWN', 404],
  Unsupported: ['UNSUPPORTED', 405],
  Invalid: ['DIGEST_INVALID', 400],
  Refused: ['DENIED', 403],
  Ambiguous: ['UNAVAILABLE', 503],
  Failed: ['UNAVAILABLE', 500],
};

/** The answer for anything thrown while a request was served. */
export function ociAnswer(thrown: unknown): { status: number; body: string } {
  const [code, status, message] =
    thrown instanceof OciError
      ? [thrown.code, thrown.status, thrown.message]
      : thrown instanceof WorldError
        ? [...OF_WORLD[thrown.code], [thrown.message, thrown.details.cure].filter(Boolean).join('; ')]
        : ['UNAVAILABLE', 500, `the registry failed: ${messageOf(thrown)}`];
  return { status, body: JSON.stringify({ errors: [{ code, message, detail: null }] }) };
}
