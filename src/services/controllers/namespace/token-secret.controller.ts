// Fills secrets of type kubernetes.io/service-account-token, and removes those whose account is not there; an account that
// lists a secret that is gone forgets it. The token is bound to the secret, so it ends with it. Source: Kubernetes tasks "Configure Service Accounts for Pods".
import type { ObjectName } from '#client';
import type { Secret } from '#model/kube';
import { type Controller, deleteExactly, keyOf, nameOfKey, orMissing, uidOf } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { rootCaResyncMs, tokenSecretSeconds } from '../limits.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function tokenSecretController(context: ControllerContext, rootCaPem: () => string): Controller {
  const { caches, client, kinds } = context;
  return {
    name: 'serviceaccount-token-controller',
    resyncMs: rootCaResyncMs,
    watches: [
      { cache: caches.secrets, keys: ({ object }) => (object.type === TYPE ? [keyOf(object)] : []) },
      {
        cache: caches.serviceAccounts,
        keys: ({ object }) =>
          caches.secrets
            .list(object.metadata?.namespace)
            .filter((s) => s.type === TYPE && s.metadata?.annotations?.[NAME] === object.metadata?.name)
            .map(keyOf),
      },
    ],
    async reconcile(key) {
      const secret = caches.secrets.get(nameOfKey(key));
      if (!secret) await forget(context, nameOfKey(key));
      const name = secret?.metadata?.annotations?.[NAME];
      if (!secret || secret.type !== TYPE || !name || secret.metadata?.deletionTimestamp) return;
      const at = { namespace: secret.metadata?.namespace, name };
      const account = caches.serviceAccounts.get(at);
      const known = secret.metadata?.annotations?.[UID];
      if (!account || (known && known !== uidOf(account))) {
        await deleteExactly(client, kinds.secrets, secret);
        return;
      }
      const data = { 'ca.crt': base64(rootCaPem()), namespace: base64(at.namespace ?? '') };
      const current = secret.data?.token && known && secret.data['ca.crt'] === data['ca.crt'];
      if (current && secret.data?.namespace === data.namespace) return;
      const token = secret.data?.token ?? base64(await mint(context, at, secret));
      const annotations = { ...secret.metadata?.annotations, [UID]: uidOf(account) };
      await client.update(kinds.secrets, {
        ...secret,
        metadata: { ...secret.metadata, annotations },
        data: { ...secret.data, ...data, token },
      });
    },
  };
}

/** Takes a secret that is gone out of the lists of the accounts of its namespace. */
async function forget(context: ControllerContext, { namespace, name }: ObjectName): Promise<void> {
  const { caches, client, kinds } = context;
  for (const account of caches.serviceAccounts.list(namespace)) {
    const secrets = account.secrets?.filter((one) => one.name !== name);
    if (secrets?.length === account.secrets?.length) continue;
    await orMissing(client.update(kinds.serviceAccounts, { ...account, secrets }));
  }
}

async function mint(
  context: ControllerContext,
  at: { namespace?: string; name: string },
  secret: Secret,
): Promise<string> {
  const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name: secret.metadata?.name, uid: uidOf(secret) };
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: tokenSecretSeconds, boundObjectRef },
  };
  const answer: { status?: { token?: string } } = await context.client.createSub<object>(
    context.kinds.serviceAccounts,
    at,
    'token',
    request,
  );
  if (!answer.status?.token) throw new Error('the server answered a token request without a token');
  return answer.status.token;
}
