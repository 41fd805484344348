// Who may use the registry: a user that pushes and the nodes that only pull, by HTTP Basic (RFC 7617).
import { base64, sha256Of } from '#platform/digest';

export interface Account {
  readonly user: string;
  readonly password: string;
  readonly may: 'pull' | 'push';
}

/** The account of an Authorization header; undefined when there is none that fits. */
export function accountOf(header: string | undefined, accounts: readonly Account[]): Account | undefined {
  const [scheme, credentials] = header?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'basic' || !credentials) return undefined;
  const text = base64.decode(credentials);
  const colon = text.indexOf(':');
  const account = accounts.find((a) => a.user === text.slice(0, colon));
  // Digests are compared, so that how long it takes says nothing about the password.
  return account && sha256Of(account.password) === sha256Of(text.slice(colon + 1)) ? account : undefined;
}
