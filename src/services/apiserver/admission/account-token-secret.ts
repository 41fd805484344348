// A secret of type kubernetes.io/service-account-token is filled with a token of the account that it names.
// Source: Kubernetes documentation, "Managing Service Accounts", long-lived API tokens.
import type { Secret, ServiceAccount } from '#model/kube';
import type { AdmissionPlugin } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { isFor } from './refusal.ts';

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function accountTokenSecret(options: {
  readonly lookups: Pick<AdmissionLookups, 'serviceAccount'>;
  rootCaPem(): string;
  legacyToken(account: ServiceAccount, secretName: string): string;
}): AdmissionPlugin {
  return {
    name: 'ServiceAccountTokenSecret',
    mutate(request) {
      if (!isFor(request, '', 'secrets') || request.operation === 'DELETE') return;
      const secret = request.object as Secret;
      const { metadata } = secret;
      if (secret.type !== TYPE || !metadata?.name || secret.data?.token) return;
      const account = options.lookups.serviceAccount(request.namespace, metadata.annotations?.[ACCOUNT_NAME] ?? '');
      const uid = account?.metadata?.uid;
      const wanted = metadata.annotations?.[ACCOUNT_UID];
      if (!account || !uid || (wanted && wanted !== uid)) return;
      metadata.annotations = { ...metadata.annotations, [ACCOUNT_UID]: uid };
      secret.data = {
        ...secret.data,
        'ca.crt': secret.data?.['ca.crt'] ?? base64(options.rootCaPem()),
        namespace: secret.data?.namespace ?? base64(request.namespace),
        token: base64(options.legacyToken(account, metadata.name)),
      };
    },
  };
}
