// The opaque token with which a list goes on where it stopped, at the revision it began with.
// Source: Kubernetes API concepts, "Retrieving large results sets in chunks".
import { requestError } from '../answer/errors.ts';

interface ContinueToken {
  readonly revision: number;
  /** Store key after which the list goes on. */
  readonly after: string;
}

export function encodeContinue(prefix: string, lastKey: string, revision: number): string {
  const token = { v: 'meta.k8s.io/v1', rv: revision, start: lastKey.slice(prefix.length) };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Errors: ApiError 400 when the token is none of ours. */
export function decodeContinue(text: string, prefix: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
    const { v, rv, start } = token;
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && Number(rv) > 0 && typeof start === 'string')
      return { revision: Number(rv), after: prefix + start };
  } catch {
    // Falls through: whatever cannot be read is refused in one way.
  }
  throw requestError.badRequest('continue key is not valid: it was not made by this server');
}
