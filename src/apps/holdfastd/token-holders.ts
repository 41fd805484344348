// Whether a key of service accounts that signs no more is still needed: tokens in secrets live as long as their secret.

import { createPublicKey, hash } from 'node:crypto';
import type { AskCluster, Pki } from '#services/infrastructure';

const PATH = `/api/v1/secrets?fieldSelector=${encodeURIComponent('type=kubernetes.io/service-account-token')}`;

interface SecretDocument {
  readonly data?: { readonly token?: string };
}

/** The key's name in tokens (RFC 7515 section 4.1.4): a digest of itself, as `#platform/jwt` makes it. */
const keyId = (pem: string): string =>
  hash('sha256', createPublicKey(pem).export({ type: 'spki', format: 'der' }), 'base64url');

function signedBy(secret: SecretDocument): string | undefined {
  const [head = ''] = Buffer.from(secret.data?.token ?? '', 'base64')
    .toString()
    .split('.');
  try {
    return (JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid?: string }).kid;
  } catch {
    return undefined;
  }
}

/** True too when the API does not answer: then it cannot be known. */
export async function oldKeyIsNeeded(ask: AskCluster, pki: Pick<Pki, 'accountKeys'>): Promise<boolean> {
  const { privateKeyPem, publicKeysPem } = pki.accountKeys();
  const own = keyId(privateKeyPem);
  const old = publicKeysPem.map(keyId).filter((id) => id !== own);
  try {
    const { status, body } = await ask('GET', PATH);
    const items = (body as { items?: readonly SecretDocument[] } | undefined)?.items;
    return status !== 200 || !items || items.some((secret) => old.includes(signedBy(secret) ?? ''));
  } catch {
    return true;
  }
}
