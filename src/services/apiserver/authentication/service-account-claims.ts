// What a service account's token says, and who it makes its bearer. Bound tokens carry the account and what they are bound to with
// their uids; legacy tokens live as long as the secret that holds them.
// Source: Kubernetes documentation, "Managing Service Accounts"; KEP-1205, KEP-4193.
import type { Claims } from '#platform/jwt';

export interface Bound {
  readonly name: string;
  readonly uid: string;
}

export interface BoundClaims {
  readonly kind: 'bound';
  readonly namespace: string;
  readonly account: Bound;
  readonly pod?: Bound;
  readonly secret?: Bound;
  readonly node?: Bound;
  readonly audiences: readonly string[];
  readonly expiresMs: number;
  readonly notBeforeMs: number;
  readonly id?: string;
}

export interface LegacyClaims {
  readonly kind: 'legacy';
  readonly namespace: string;
  readonly account: Bound;
  readonly secretName: string;
}

const LEGACY_ISSUER = 'kubernetes/serviceaccount';
const LEGACY = 'kubernetes.io/serviceaccount/';

function boundOf(value: unknown): Bound | undefined {
  const { name, uid } = (value ?? {}) as { name?: unknown; uid?: unknown };
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}

function seconds(value: unknown): number {
  return typeof value === 'number' ? value * 1000 : Number.NaN;
}

/** Reads the claims of a token of this issuer; undefined when they are of another shape. */
export function readClaims(claims: Claims, issuer: string): BoundClaims | LegacyClaims | undefined {
  if (claims.iss === LEGACY_ISSUER) {
    const account = boundOf({
      name: claims[`${LEGACY}service-account.name`],
      uid: claims[`${LEGACY}service-account.uid`],
    });
    const namespace = claims[`${LEGACY}namespace`];
    const secretName = claims[`${LEGACY}secret.name`];
    if (!account || typeof namespace !== 'string' || typeof secretName !== 'string') return undefined;
    return { kind: 'legacy', namespace, account, secretName };
  }
  const own = claims['kubernetes.io'] as Claims | undefined;
  const account = boundOf(own?.serviceaccount);
  if (claims.iss !== issuer || !account || typeof own?.namespace !== 'string') return undefined;
  const audiences = Array.isArray(claims.aud) ? claims.aud.map(String) : [String(claims.aud)];
  return {
    kind: 'bound',
    namespace: own.namespace,
    account,
    pod: boundOf(own.pod),
    secret: boundOf(own.secret),
    node: boundOf(own.node),
    audiences,
    expiresMs: seconds(claims.exp),
    notBeforeMs: typeof claims.nbf === 'number' ? seconds(claims.nbf) : 0,
    ...(typeof claims.jti === 'string' && { id: claims.jti }),
  };
}

/** The claims of a bound token. `warnAfterMs`: when its bearer should have read a newer one. */
export function boundClaims(token: Omit<BoundClaims, 'kind'> & { issuer: string; warnAfterMs?: number }): Claims {
  const whole = (ms: number): number => Math.floor(ms / 1000);
  return {
    aud: token.audiences,
    exp: whole(token.expiresMs),
    iat: whole(token.notBeforeMs),
    iss: token.issuer,
    jti: token.id,
    'kubernetes.io': {
      namespace: token.namespace,
      node: token.node,
      pod: token.pod,
      secret: token.secret,
      serviceaccount: token.account,
      warnafter: token.warnAfterMs === undefined ? undefined : whole(token.warnAfterMs),
    },
    nbf: whole(token.notBeforeMs),
    sub: accountUser(token.namespace, token.account.name),
  };
}

export function legacyClaims(token: Omit<LegacyClaims, 'kind'>): Claims {
  return {
    iss: LEGACY_ISSUER,
    [`${LEGACY}namespace`]: token.namespace,
    [`${LEGACY}secret.name`]: token.secretName,
    [`${LEGACY}service-account.name`]: token.account.name,
    [`${LEGACY}service-account.uid`]: token.account.uid,
    sub: accountUser(token.namespace, token.account.name),
  };
}

export function accountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
