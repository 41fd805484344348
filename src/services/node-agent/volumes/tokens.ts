// Service account tokens for projected volumes: asked of the API, bound to the pod, renewed at 80 % of their life, kept in the
// pod's checkpoint so that a restart without the API finds them. Source: Kubernetes, "Service account token volume projection".
import { WorldError } from '#base';
import { type Client, resourceOf } from '#client';
import type { KubeObject, Pod, ServiceAccount, ServiceAccountTokenProjection, TokenRequest } from '#model/kube';
import type { Clock } from '#platform/clock';
import { TOKEN_SECONDS } from '../limits.ts';
import { isUnreachable, type KeptObjects, orKept } from '../source/references.ts';
import { isTokenDue, type TokenLife } from './tokens.plan.ts';

const SERVICE_ACCOUNTS = resourceOf<ServiceAccount>('', 'v1', 'serviceaccounts');

/** Stands for an answer that does not come. */
const NO_ANSWER: TokenRequest = { spec: { audiences: [] } };

interface KeptToken extends KubeObject, TokenLife {
  readonly token: string;
}

export interface TokenInput {
  readonly client: Client;
  readonly clock: Clock;
  readonly pod: Pod;
  readonly kept: KeptObjects;
}

/** A token that is good for now. An old one goes on being used while the API is away. */
export async function tokenFor(input: TokenInput, projection: ServiceAccountTokenProjection): Promise<string> {
  const { client, clock, pod, kept } = input;
  const { name, namespace = '', uid } = pod.metadata ?? {};
  const account = pod.spec?.serviceAccountName ?? 'default';
  const seconds = projection.expirationSeconds ?? TOKEN_SECONDS;
  const key = `token/${namespace}/${account}/${projection.audience ?? ''}/${seconds}`;
  const old = kept.get(key) as KeptToken | undefined;
  if (old && !isTokenDue(old, clock.now())) return old.token;
  const request: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: projection.audience ? [projection.audience] : [],
      expirationSeconds: seconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    },
  };
  try {
    const asked = client.createSub(SERVICE_ACCOUNTS, { namespace, name: account }, 'token', request);
    const answer = await orKept<TokenRequest | undefined>(clock, asked, old && NO_ANSWER);
    if (old && answer === NO_ANSWER) return old.token;
    const token = answer?.status?.token;
    if (!token) throw new WorldError('Failed', `no token was issued for service account ${namespace}/${account}`);
    const issuedAtMs = clock.now();
    const expiresAtMs = Date.parse(answer?.status?.expirationTimestamp ?? '') || issuedAtMs + seconds * 1000;
    const entry: KeptToken = { token, issuedAtMs, expiresAtMs };
    kept.set(key, entry);
    return token;
  } catch (error) {
    if (old && isUnreachable(error)) return old.token;
    throw error;
  }
}
