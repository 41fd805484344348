// Finds out who a request is from: the client certificate of the connection, a bearer token, or nobody ("anonymous").
// Also makes tokens, reviews them for others, and publishes what is needed to check them without us.
// Source: Kubernetes documentation, "Authenticating"; OpenID Connect Discovery 1.0.
import { ApiError } from '#client';
import type { ServiceAccount, TokenRequest, TokenReview } from '#model/kube';
import type { Clock } from '#platform/clock';
import { type PublicJwk, type TokenSigner, tokenSigner } from '#platform/jwt';
import type { Authenticator, UserInfo } from '../contract.ts';
import type { AccountLookups } from './account-lookups.ts';
import { tokenVerifier } from './service-account-tokens.ts';
import { tokenMaker } from './token-request.ts';

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export interface Authentication extends Authenticator {
  /** Never undefined: without credentials it is {@link ANONYMOUS}. */
  authenticate(credentials: Parameters<Authenticator['authenticate']>[0]): Promise<UserInfo>;
  /** The answer of the `token` subresource. Throws ApiError. */
  tokenRequest(account: ServiceAccount, request: TokenRequest): TokenRequest;
  /** The token for a secret of type kubernetes.io/service-account-token. */
  legacyToken(account: ServiceAccount, secretName: string): string;
  /** The review with its status filled in. */
  tokenReview(review: TokenReview): TokenReview;
  /** Tokens are signed with this key from now on; those of keys that are not among these any more are refused. */
  setKeys(keys: AuthenticationOptions['serviceAccountKeys']): void;
  /** Body of /openid/v1/jwks. */
  jwks(): { readonly keys: readonly PublicJwk[] };
  /** Body of /.well-known/openid-configuration. */
  openidConfiguration(): object;
}

export interface AuthenticationOptions {
  readonly serviceAccountKeys: { readonly privateKeyPem: string; readonly publicKeysPem: readonly string[] };
  readonly issuer: string;
  /** Default: the issuer. */
  readonly apiAudiences?: readonly string[];
  /** Where the keys can be had; default under the issuer. */
  readonly jwksUri?: string;
  readonly lookups: AccountLookups;
  readonly clock: Clock;
}

const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized');

export function createAuthentication(options: AuthenticationOptions): Authentication {
  let inForce = tokenSigner(options.serviceAccountKeys);
  const signer: TokenSigner = {
    sign: (claims) => inForce.sign(claims),
    verify: (token) => inForce.verify(token),
    get keys() {
      return inForce.keys;
    },
  };
  const apiAudiences = options.apiAudiences ?? [options.issuer];
  const parts = { ...options, signer, apiAudiences };
  const verifier = tokenVerifier(parts);
  const maker = tokenMaker(parts);
  const ofToken = (token: string): UserInfo => {
    const verdict = verifier.verify(token, apiAudiences);
    if (verdict.kind !== 'good') throw unauthorized();
    return verdict.user;
  };
  return {
    async authenticate({ peerCertificate, bearerToken }) {
      if (peerCertificate?.subjectCommonName) {
        const { subjectCommonName, organizations } = peerCertificate;
        return { name: subjectCommonName, groups: [...organizations, 'system:authenticated'] };
      }
      return bearerToken ? ofToken(bearerToken) : ANONYMOUS;
    },
    tokenRequest: maker.request,
    legacyToken: maker.legacy,
    tokenReview(review) {
      const audiences = review.spec.audiences?.length ? review.spec.audiences : apiAudiences;
      const verdict = verifier.verify(review.spec.token ?? '', audiences);
      if (verdict.kind !== 'good') {
        const error = verdict.kind === 'bad' ? verdict.reason : 'the token is not known here';
        return { ...review, status: { user: {}, error: `[invalid bearer token, ${error}]` } };
      }
      const { name, uid, groups, extra } = verdict.user;
      const user = {
        username: name,
        uid,
        groups: [...groups],
        ...(extra && { extra: structuredClone(extra) as Record<string, string[]> }),
      };
      return { ...review, status: { authenticated: true, user, audiences: [...verdict.audiences] } };
    },
    setKeys: (keys) => {
      inForce = tokenSigner(keys);
    },
    jwks: () => ({ keys: signer.keys }),
    openidConfiguration: () => ({
      issuer: options.issuer,
      jwks_uri: options.jwksUri ?? `${options.issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    }),
  };
}
