// Puts together what `link status` tells.
import type { ConnectivityChange, ConnectivityFacts } from '#engine/connectivity';
import { identityRenewsMs, type KeptIdentity, type LinkFile, withoutLogin } from '#model/link';
import type { LinkConnection, LinkIdentity, LinkStatus, LinkTrouble } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { certificateSha256, readCertificate } from '#platform/x509';

export interface LinkFindings {
  readonly site: string;
  readonly file: LinkFile | undefined;
  readonly identity: KeptIdentity | undefined;
  readonly facts: ConnectivityFacts;
  readonly history: readonly ConnectivityChange[];
  readonly connection: Omit<LinkConnection, 'nextAttempt'> & { readonly nextAttemptInMs: number | undefined };
  readonly clockDifferenceMs: number | undefined;
  readonly trouble: LinkTrouble | null;
  readonly nowMs: number;
}

export function identityStatus(identity: KeptIdentity, siteId: string): LinkIdentity {
  const { notAfterMs } = readCertificate(identity.certPem);
  return { siteId, endsAt: rfc3339(notAfterMs), renewsAt: rfc3339(identityRenewsMs(notAfterMs)) };
}

/** Never with the user or the password of a proxy. */
function hubOf({ file, identity }: LinkFindings): LinkStatus['hub'] {
  if (!file?.hub) return null;
  const { url, proxy } = file.hub;
  return {
    url,
    proxy: proxy === undefined ? null : withoutLogin(proxy),
    authoritySha256: identity ? certificateSha256(identity.hubCaPem) : '',
  };
}

export function linkStatus(found: LinkFindings): LinkStatus {
  const { file, identity, facts, nowMs } = found;
  const { nextAttemptInMs, ...connection } = found.connection;
  return {
    site: found.site,
    hub: hubOf(found),
    cut: file?.cut ?? false,
    plane: facts.plane,
    mode: facts.mode,
    since: facts.since,
    lastContact: facts.lastContact,
    graceDaysLeft: facts.graceDaysLeft,
    clockDifferenceMs: found.clockDifferenceMs ?? null,
    connection: {
      ...connection,
      nextAttempt: nextAttemptInMs === undefined ? null : rfc3339(nowMs + Math.max(0, nextAttemptInMs)),
    },
    identity: identity && file?.hub ? identityStatus(identity, file.siteId) : null,
    trouble: found.trouble,
    history: found.history.toReversed().map(({ at, from, to, reason }) => ({ at: rfc3339(at), from, to, reason })),
  };
}
