// Makes tokens: bound ones on request (the `token` subresource of service accounts), legacy ones for secrets that ask.
// Source: authentication.k8s.io/v1 TokenRequest.
import { ApiError } from '#client';
import type { ServiceAccount, TokenRequest } from '#model/kube';
import { type Clock, rfc3339 } from '#platform/clock';
import type { TokenSigner } from '#platform/jwt';
import type { AccountLookups } from './account-lookups.ts';
import { TOKEN_LIFE_SECONDS_MAX, TOKEN_SECONDS } from './limits.ts';
import { type Bound, boundClaims, legacyClaims } from './service-account-claims.ts';

export interface TokenMaker {
  /** Answers the request with its status filled in. Throws ApiError 400, 404, 409, 422. */
  request(account: ServiceAccount, request: TokenRequest): TokenRequest;
  /** The token of a secret of type kubernetes.io/service-account-token. */
  legacy(account: ServiceAccount, secretName: string): string;
}

function invalid(field: string, why: string): never {
  throw new ApiError(422, 'Invalid', `TokenRequest.authentication.k8s.io "" is invalid: ${field}: ${why}`, {
    group: 'authentication.k8s.io',
    kind: 'TokenRequest',
    causes: [{ reason: 'FieldValueInvalid', message: why, field }],
  });
}

function secondsOf(request: TokenRequest): number {
  const seconds = request.spec?.expirationSeconds ?? TOKEN_SECONDS.byDefault;
  if (seconds < TOKEN_SECONDS.min) invalid('spec.expirationSeconds', 'may not specify a duration less than 10 minutes');
  if (seconds > TOKEN_SECONDS.max)
    invalid('spec.expirationSeconds', 'may not specify a duration larger than 2^32 seconds');
  return seconds;
}

function boundTo(
  namespace: string,
  account: string,
  request: TokenRequest,
  lookups: AccountLookups,
): { pod?: Bound; secret?: Bound; node?: Bound } {
  const ref = request.spec?.boundObjectRef;
  if (!ref) return {};
  const { kind = '', name = '', uid } = ref;
  const same = (found: { metadata?: { uid?: string } } | undefined, resource: string): Bound => {
    const details = { name, kind: resource };
    if (!found) throw new ApiError(404, 'NotFound', `${resource} "${name}" not found`, details);
    const actual = found.metadata?.uid ?? '';
    if (uid && uid !== actual) {
      const why = `the UID in the bound object reference (${uid}) does not match the UID in record (${actual})`;
      throw new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${resource} "${name}": ${why}`, details);
    }
    return { name, uid: actual };
  };
  if (kind === 'Pod') {
    const found = lookups.pod(namespace, name);
    const pod = same(found, 'pods');
    if (found?.spec?.serviceAccountName !== account)
      throw new ApiError(
        400,
        'BadRequest',
        `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`,
      );
    const nodeName = found.spec.nodeName;
    const node = nodeName ? lookups.node(nodeName) : undefined;
    return { pod, ...(nodeName && { node: { name: nodeName, uid: node?.metadata?.uid ?? '' } }) };
  }
  if (kind === 'Secret') return { secret: same(lookups.secret(namespace, name), 'secrets') };
  if (kind === 'Node') return { node: same(lookups.node(name), 'nodes') };
  throw new ApiError(400, 'BadRequest', `cannot bind token to object of type ${ref.apiVersion}, Kind=${kind}`);
}

export function tokenMaker(options: {
  readonly signer: TokenSigner;
  readonly issuer: string;
  readonly apiAudiences: readonly string[];
  readonly lookups: AccountLookups;
  readonly clock: Clock;
}): TokenMaker {
  const { signer, issuer, apiAudiences, lookups, clock } = options;
  return {
    request(account, request) {
      const { name = '', namespace = '', uid = '' } = account.metadata ?? {};
      const asked = secondsOf(request);
      const audiences = request.spec?.audiences?.length ? request.spec.audiences : [...apiAudiences];
      const bound = boundTo(namespace, name, request, lookups);
      const seconds = bound.secret ? asked : Math.min(asked, TOKEN_LIFE_SECONDS_MAX);
      const now = clock.now();
      // Only for the API itself: others may rely on the short life that they were told.
      const forApi = audiences.every((audience) => apiAudiences.includes(audience));
      const extended = seconds === TOKEN_SECONDS.mounted && bound.pod !== undefined && forApi;
      const token = signer.sign(
        boundClaims({
          issuer,
          namespace,
          account: { name, uid },
          ...bound,
          audiences,
          notBeforeMs: now,
          expiresMs: now + 1000 * (extended ? TOKEN_SECONDS.extended : seconds),
          ...(extended && { warnAfterMs: now + 1000 * seconds }),
          id: crypto.randomUUID(),
        }),
      );
      return {
        ...request,
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: { ...request.metadata, name, namespace, creationTimestamp: rfc3339(now) },
        spec: { ...request.spec, audiences, expirationSeconds: seconds },
        status: { token, expirationTimestamp: rfc3339(now + 1000 * seconds) },
      };
    },
    legacy(account, secretName) {
      const { name = '', namespace = '', uid = '' } = account.metadata ?? {};
      return signer.sign(legacyClaims({ namespace, secretName, account: { name, uid } }));
    },
  };
}
