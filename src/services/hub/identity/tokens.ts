// One-time tokens: made for an operator, known here by their hash alone, used up by the enrolment that shows one.
import { type ActivationToken, tokenText } from '#model/link';
import { randomText, sha256Of } from '#platform/digest';
import type { TableStatement, Tables } from '#platform/sqlite';
import { LinkRefused } from '../refusal.ts';

const SECRET_BYTES = 24;
const CURE = 'make another one: holdfast hub token';

interface TokenRow {
  readonly site_name: string | null;
  readonly ends_ms: number;
  readonly used_ms: number | null;
}

export interface MadeToken {
  readonly text: string;
  readonly endsMs: number;
}

const hashOf = (secret: string): string => sha256Of(`holdfast activation ${secret}`);

export async function makeToken(of: {
  readonly tables: Tables;
  readonly hubCaSha256: string;
  readonly siteName: string | undefined;
  readonly nowMs: number;
  readonly lifeMs: number;
}): Promise<MadeToken> {
  const secret = randomText(SECRET_BYTES);
  const endsMs = of.nowMs + of.lifeMs;
  await of.tables.write([
    // What has long ended tells nobody anything any more.
    { sql: 'DELETE FROM tokens WHERE ends_ms < ?', values: [of.nowMs - FORGOTTEN_AFTER_MS] },
    {
      sql: 'INSERT INTO tokens (hash, site_name, ends_ms) VALUES (?, ?, ?)',
      values: [hashOf(secret), of.siteName ?? null, endsMs],
    },
  ]);
  return { text: tokenText({ secret, hubCaSha256: of.hubCaSha256 }), endsMs };
}

const FORGOTTEN_AFTER_MS = 90 * 86_400_000;

/** Which site the token is for, if for one. Errors: LinkRefused `Token` when it cannot be used. */
export async function checkToken(
  tables: Tables,
  token: ActivationToken,
  nowMs: number,
): Promise<{ siteName: string | undefined }> {
  const [row] = await tables.read<TokenRow>('SELECT site_name, ends_ms, used_ms FROM tokens WHERE hash = ?', [
    hashOf(token.secret),
  ]);
  if (!row) throw new LinkRefused('Token', 'this hub knows no such token', CURE);
  if (row.used_ms !== null) throw new LinkRefused('Token', 'the token was used already', CURE);
  if (row.ends_ms <= nowMs) throw new LinkRefused('Token', 'the token has expired', CURE);
  return { siteName: row.site_name ?? undefined };
}

/** Uses the token up, in the transaction of whatever it is used for; that fails with `Conflict` when it was used meanwhile. */
export const useToken = (token: ActivationToken, siteId: string, nowMs: number): TableStatement => ({
  sql: 'UPDATE tokens SET used_ms = ?, used_by = ? WHERE hash = ? AND used_ms IS NULL',
  values: [nowMs, siteId, hashOf(token.secret)],
  changes: 1,
});
