// How a patch is refused: the HTTP status and the reason that a Status object of the API carries.

export interface StatusCause {
  readonly type?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The patch cannot be applied. `code`, `reason` and `causes` are those of meta/v1 Status. */
export class PatchRefused extends Error {
  override name = 'PatchRefused';
  readonly code: number;
  readonly reason: string;
  readonly causes: readonly StatusCause[];

  constructor(code: number, reason: string, message: string, causes: readonly StatusCause[] = []) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.causes = causes;
  }
}

/** 400: the patch itself makes no sense. */
export function badPatch(message: string): PatchRefused {
  return new PatchRefused(400, 'BadRequest', message);
}

/** 422: the patch makes sense, but not for this object. */
export function unfitPatch(message: string): PatchRefused {
  return new PatchRefused(422, 'Invalid', message, [{ type: 'UnexpectedServerResponse', message }]);
}
