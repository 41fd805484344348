// People of a site and its certificates, as holdfastd is asked and answers about them.

/** One of `certificates list`; what people and programs outside rely on. */
export interface ListedCertificate {
  readonly name: string;
  /** The process or person that uses it. */
  readonly holder: string;
  readonly issuer: string;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** When it is renewed by itself; null for what is not renewed by time. */
  readonly renewsAt: string | null;
  readonly fingerprint: string;
}

export interface RenewedCertificate {
  readonly name: string;
  /** What was done, as a sentence for people. */
  readonly what: string;
}

export const USER_ROLES = ['admin', 'edit', 'view'] as const;
/** Rights in one namespace; the cluster roles of these names. */
export type UserRole = (typeof USER_ROLES)[number];

export interface UserGrant {
  readonly namespace: string;
  readonly role: UserRole;
}

export interface ListedUser {
  readonly name: string;
  readonly createdAt: string;
  /** When the person's access as a whole was taken back. */
  readonly revokedAt: string | null;
  /** End of the certificate that ends last; null when none is good. */
  readonly validUntil: string | null;
  /** Null while the API does not answer. */
  readonly grants: readonly UserGrant[] | null;
}

export type AccessRequest =
  | { readonly verb: 'certificate-list' }
  | { readonly verb: 'certificate-renew'; readonly name?: string; readonly hurry: boolean; readonly finish: boolean }
  | { readonly verb: 'user-create'; readonly name: string; readonly lifeMs: number }
  /** Another kubeconfig for a person who is there, with a new certificate and key. */
  | { readonly verb: 'user-kubeconfig'; readonly name: string; readonly lifeMs: number }
  | { readonly verb: 'user-list' }
  | { readonly verb: 'user-grant'; readonly name: string; readonly namespace: string; readonly role: UserRole }
  /** Without a namespace: the person's access as a whole. */
  | { readonly verb: 'user-revoke'; readonly name: string; readonly namespace?: string }
  | { readonly verb: 'user-delete'; readonly name: string };

export type AccessAnswer =
  | { readonly kind: 'certificates'; readonly certificates: readonly ListedCertificate[] }
  | { readonly kind: 'renewed'; readonly renewed: readonly RenewedCertificate[] }
  | { readonly kind: 'kubeconfig'; readonly kubeconfig: string; readonly notAfter: string }
  | { readonly kind: 'users'; readonly users: readonly ListedUser[] }
  | { readonly kind: 'user-done' /** What was done, as a sentence for people. */; readonly what: string };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long a person's kubeconfig may live: an authority that is replaced is trusted until the last of them has ended. */
export const USER_LIFE_MS = { least: HOUR_MS, usual: 90 * DAY_MS, most: 365 * DAY_MS } as const;
