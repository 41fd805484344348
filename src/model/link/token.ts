// The one-time token that activates a site: a secret that only the hub and the token's bearer know, and the fingerprint of
// the authority that the hub's server is signed by, so that a site knows its hub before it says a word to it.

export interface ActivationToken {
  readonly secret: string;
  /** SHA-256 over the DER of the certificate of the hub's authority, base64url; the hub sends that certificate in its chain. */
  readonly hubCaSha256: string;
}

const FORM = /^([A-Za-z0-9_-]{22,64})\.([A-Za-z0-9_-]{43})$/;

export const tokenText = (token: ActivationToken): string => `${token.secret}.${token.hubCaSha256}`;

/** Undefined when the text cannot be a token. */
export function tokenParse(text: string): ActivationToken | undefined {
  const match = FORM.exec(text.trim());
  return match ? { secret: match[1] ?? '', hubCaSha256: match[2] ?? '' } : undefined;
}
