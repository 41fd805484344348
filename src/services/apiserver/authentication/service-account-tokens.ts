// Verifies tokens of service accounts: signature, issuer, audience, time, and that account and bound objects still exist with
// the same uid. Only the signature is remembered; existence is looked up each time, so a deleted pod's token ends with it.
import type { ObjectMeta } from '#model/kube';
import { type Clock, judgedBetween } from '#platform/clock';
import type { TokenSigner } from '#platform/jwt';
import type { UserInfo } from '../contract.ts';
import type { AccountLookups } from './account-lookups.ts';
import { DELETION_LEEWAY_MS, NOT_BEFORE_LEEWAY_MS } from './limits.ts';
import { accountUser, type Bound, type BoundClaims, type LegacyClaims, readClaims } from './service-account-claims.ts';

export type TokenVerdict =
  | { readonly kind: 'good'; readonly user: UserInfo; readonly audiences: readonly string[] }
  /** Not a token of ours at all. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'bad'; readonly reason: string };

export interface TokenVerifier {
  /** Good only for a token with one of `audiences`. */
  verify(token: string, audiences: readonly string[]): TokenVerdict;
}

function userOf(claims: BoundClaims | LegacyClaims): UserInfo {
  const extra: Record<string, string[]> = {};
  if (claims.kind === 'bound') {
    if (claims.id) extra['authentication.kubernetes.io/credential-id'] = [`JTI=${claims.id}`];
    for (const kind of ['node', 'pod'] as const) {
      const bound = claims[kind];
      if (!bound) continue;
      extra[`authentication.kubernetes.io/${kind}-name`] = [bound.name];
      extra[`authentication.kubernetes.io/${kind}-uid`] = [bound.uid];
    }
  }
  return {
    name: accountUser(claims.namespace, claims.account.name),
    uid: claims.account.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${claims.namespace}`, 'system:authenticated'],
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

export function tokenVerifier(options: {
  readonly signer: TokenSigner;
  readonly issuer: string;
  /** Audiences of the API itself, which legacy tokens stand for. */
  readonly apiAudiences: readonly string[];
  readonly lookups: AccountLookups;
  readonly clock: Clock;
}): TokenVerifier {
  const { signer, issuer, apiAudiences, lookups, clock } = options;
  /** Why the token's object does not vouch for it any more; undefined when it does. */
  const gone = (what: string, wanted: Bound, found: { metadata?: ObjectMeta } | undefined): string | undefined => {
    if (!found) return `${what} "${wanted.name}" does not exist`;
    if (found.metadata?.uid !== wanted.uid)
      return `${what} "${wanted.name}" is not the one that the token was made for`;
    const deleted = Date.parse(String(found.metadata?.deletionTimestamp ?? ''));
    return deleted + DELETION_LEEWAY_MS < clock.now() ? `${what} "${wanted.name}" has been deleted` : undefined;
  };
  const missing = (claims: BoundClaims | LegacyClaims, token: string): string | undefined => {
    const { namespace, account } = claims;
    const noAccount = gone('service account', account, lookups.serviceAccount(namespace, account.name));
    if (noAccount) return noAccount;
    if (claims.kind === 'legacy') {
      const secret = lookups.secret(namespace, claims.secretName);
      if (!secret || secret.metadata?.deletionTimestamp) return `secret "${claims.secretName}" does not exist`;
      const kept = Buffer.from(secret.data?.token ?? '', 'base64').toString();
      // Its signature is good, so how long comparing takes tells nobody anything.
      return kept === token ? undefined : `secret "${claims.secretName}" holds another token`;
    }
    const { pod, secret, node } = claims;
    return (
      (pod && gone('pod', pod, lookups.pod(namespace, pod.name))) ??
      (secret && gone('secret', secret, lookups.secret(namespace, secret.name))) ??
      // A pod's token outlives its node's object; only a token for the node alone rests on it.
      (node && !pod ? gone('node', node, lookups.node(node.name)) : undefined)
    );
  };
  return {
    verify(token, audiences) {
      const signed = signer.verify(token);
      const claims = signed && readClaims(signed, issuer);
      if (!claims) return { kind: 'unknown' };
      const mine = claims.kind === 'bound' ? claims.audiences : apiAudiences;
      const met = audiences.filter((audience) => mine.includes(audience));
      if (met.length === 0) return { kind: 'bad', reason: 'the token is for another audience' };
      if (claims.kind === 'bound') {
        const { earliestMs, latestMs } = judgedBetween(clock);
        // Written so that a time that is no number refuses.
        if (!(claims.expiresMs > earliestMs)) return { kind: 'bad', reason: 'the token has expired' };
        // Nobody issues a token for later: one from the future was issued before the clock went back. One that is bound to an
        // object ends with it, and is believed; another would live on for as long as the clock was wrong.
        const isEarly = !(claims.notBeforeMs <= latestMs + NOT_BEFORE_LEEWAY_MS);
        const isBound = claims.pod !== undefined || claims.secret !== undefined || claims.node !== undefined;
        if (isEarly && (!isBound || Number.isNaN(claims.notBeforeMs)))
          return { kind: 'bad', reason: 'the token is not valid yet' };
      }
      const reason = missing(claims, token);
      return reason ? { kind: 'bad', reason } : { kind: 'good', user: userOf(claims), audiences: met };
    },
  };
}
