// What the API server says to a pod's token: its own verifier, behind a signature that is always good and objects that are there.
import { tokenVerifier } from '../../src/services/apiserver/authentication/service-account-tokens.ts';
import type { TokenLife } from '../../src/services/node-agent/volumes/tokens.plan.ts';

const ISSUER = 'https://kubernetes.default.svc';
const BOUND = { name: 'pod', uid: 'uid' };

/** Why the token is refused; undefined when it is good. `between`: the times that the API server may judge it by. */
export function tokenVerdict(
  { issuedAtMs, expiresAtMs }: TokenLife,
  between: { readonly earliestMs: number; readonly latestMs: number },
): string | undefined {
  const claims = {
    iss: ISSUER,
    aud: [ISSUER],
    nbf: Math.floor(issuedAtMs / 1000),
    exp: Math.floor(expiresAtMs / 1000),
    'kubernetes.io': { namespace: 'shop', serviceaccount: BOUND, pod: BOUND },
  };
  const found = { metadata: BOUND };
  const never = (): never => {
    throw new Error('a token is judged without waiting');
  };
  const verifier = tokenVerifier({
    signer: { sign: never, verify: () => claims, keys: [] },
    issuer: ISSUER,
    apiAudiences: [ISSUER],
    lookups: { serviceAccount: () => found, pod: () => found, secret: () => undefined, node: () => undefined },
    clock: {
      now: () => between.latestMs,
      monotonicMs: never,
      after: never,
      sleep: never,
      judgedBetween: () => between,
    },
  });
  const verdict = verifier.verify('token', [ISSUER]);
  return verdict.kind === 'good' ? undefined : verdict.kind === 'bad' ? verdict.reason : 'it is no token';
}
