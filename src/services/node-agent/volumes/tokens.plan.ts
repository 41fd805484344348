// When a pod's token is renewed: after 80 % of its life, a day at the most, and at once when it was issued by a clock that has gone
// back since, because its end says nothing any more.
import { TOKEN_AGE_MS_MAX, TOKEN_LATER_MS, TOKEN_RENEW_SHARE } from '../limits.ts';

export interface TokenLife {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export function isTokenDue({ issuedAtMs, expiresAtMs }: TokenLife, now: number): boolean {
  const share = issuedAtMs + (expiresAtMs - issuedAtMs) * TOKEN_RENEW_SHARE;
  return now >= Math.min(share, issuedAtMs + TOKEN_AGE_MS_MAX) || issuedAtMs > now + TOKEN_LATER_MS;
}
