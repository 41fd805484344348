// Signed tokens: JSON Web Tokens with ES256, by key id. Source: RFC 7519, RFC 7515, RFC 7518 section 3.4.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { assert, WorldError } from '#base';
import { TOKEN_BYTES_MAX, TOKENS_VERIFIED_MAX } from './limits.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** A public key as JWKS shows it. Source: RFC 7517. */
export interface PublicJwk {
  readonly use: 'sig';
  readonly kty: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

export interface TokenSigner {
  sign(claims: Claims): string;
  /** The claims of a token that one of the keys signed; undefined otherwise. Says nothing about time or audience. */
  verify(token: string): Claims | undefined;
  readonly keys: readonly PublicJwk[];
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(part: string): Claims | undefined {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** The key's name: a digest of itself, so that every server of a cluster names it alike. */
function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

function ecKey(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new WorldError('Invalid', 'keys of service accounts must be on the curve P-256');
  return key;
}

function publicJwk(kid: string, key: KeyObject): PublicJwk {
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  assert(kty && crv && x && y, 'a P-256 key has these parts');
  return { use: 'sig', kty, kid, alg: 'ES256', crv, x, y };
}

/** Throws WorldError `Invalid` when a key cannot be used. The private key's own public half is always among the keys. */
export function tokenSigner(options: { privateKeyPem: string; publicKeysPem: readonly string[] }): TokenSigner {
  const privateKey = ecKey(createPrivateKey(options.privateKeyPem));
  const own = createPublicKey(privateKey);
  const header = { alg: 'ES256', kid: keyId(own) };
  const keys = new Map<string, KeyObject>([[header.kid, own]]);
  for (const pem of options.publicKeysPem) {
    const key = ecKey(createPublicKey(pem));
    keys.set(keyId(key), key);
  }
  const verified = new Map<string, Claims>();
  const check = (token: string): Claims | undefined => {
    const [head = '', body = '', signature = '', more] = token.split('.');
    const named = decode(head);
    const key = named?.alg === 'ES256' && more === undefined ? keys.get(String(named.kid)) : undefined;
    if (!key) return undefined;
    const signed = Buffer.from(`${head}.${body}`);
    const bytes = Buffer.from(signature, 'base64url');
    return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes) ? decode(body) : undefined;
  };
  return {
    sign(claims) {
      const text = `${encode(header)}.${encode(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${text}.${signature.toString('base64url')}`;
    },
    verify(token) {
      const known = verified.get(token);
      if (known) return known;
      const claims = token.length <= TOKEN_BYTES_MAX ? check(token) : undefined;
      if (!claims) return undefined;
      for (const oldest of verified.keys()) {
        if (verified.size < TOKENS_VERIFIED_MAX) break;
        verified.delete(oldest);
      }
      verified.set(token, claims);
      return claims;
    },
    keys: [...keys].map(([kid, key]) => publicJwk(kid, key)),
  };
}
