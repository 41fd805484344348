// The link of a site: asked of `services`, or told from the files that it keeps when that does not run.
import { WorldError } from '#base';
import { connectivityParse } from '#engine/connectivity';
import { identityRenewsMs, keptIdentityParse, linkFileParse, linkFiles, withoutLogin } from '#model/link';
import type { LinkConnection, LinkStatus, LinkTrouble, Plane, SiteFolders } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { readTextIfPresent } from '#platform/disk';
import { certificateSha256, readCertificate } from '#platform/x509';
import { callServices } from './services-call.ts';
import { openSite } from './site-file.ts';
import { siteStanding } from './site-standing.ts';

export type LinkAsked =
  | { readonly verb: 'link-deactivate' | 'link-cut' | 'link-restore' }
  | {
      readonly verb: 'link-activate';
      readonly hub: string;
      readonly token: string;
      readonly plane: Plane;
      readonly proxy?: string;
    };

/** The link after what was asked. Errors: WorldError `Unavailable` when the site does not run, and those that are answered. */
export async function askLink(folders: SiteFolders, request: LinkAsked | { verb: 'link-status' }): Promise<LinkStatus> {
  for await (const answer of callServices(folders, request)) if (answer.kind === 'link') return answer.link;
  throw new WorldError('Failed', 'the services of the site answered nothing', {
    cure: `read ${folders.log('services')}`,
  });
}

/** Errors: WorldError `NotFound` when there is no site. */
export async function siteLink(of: { readonly data: string; readonly clock: Clock }): Promise<LinkStatus> {
  const { site, folders } = openSite(of.data);
  try {
    return await askLink(folders, { verb: 'link-status' });
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Unavailable')
      return keptLink({ siteName: site.name, createdAt: site.createdAt, folders, now: of.clock.now() });
    throw error;
  }
}

const OFF: LinkConnection = {
  state: 'off',
  since: null,
  nextAttempt: null,
  tunnel: 'closed',
  byAuthorityAlone: false,
};

type Kept = Pick<LinkStatus, 'hub' | 'cut' | 'identity' | 'history' | 'trouble'>;

function keptFiles(folders: SiteFolders, now: number): Kept {
  const files = linkFiles(folders.link);
  const parsed = <T>(file: string, parse: (text: string, file: string) => T): T | undefined => {
    const text = readTextIfPresent(file);
    return text === undefined ? undefined : parse(text, file);
  };
  try {
    const link = parsed(files.link, linkFileParse);
    const identity = parsed(files.identity, keptIdentityParse);
    const history = parsed(folders.connectivityFile, connectivityParse)?.history ?? [];
    const endsMs = identity ? readCertificate(identity.certPem).notAfterMs : 0;
    return {
      hub: link?.hub
        ? {
            url: link.hub.url,
            proxy: link.hub.proxy === undefined ? null : withoutLogin(link.hub.proxy),
            authoritySha256: identity ? certificateSha256(identity.hubCaPem) : '',
          }
        : null,
      cut: link?.cut ?? false,
      identity:
        link?.hub && identity
          ? { siteId: link.siteId, endsAt: rfc3339(endsMs), renewsAt: rfc3339(identityRenewsMs(endsMs)) }
          : null,
      history: history.toReversed().map(({ at, from, to, reason }) => ({ at: rfc3339(at), from, to, reason })),
      trouble: null,
    };
  } catch (error) {
    const { message, details } = error instanceof WorldError ? error : { message: String(error), details: {} };
    const trouble: LinkTrouble = { kind: 'damaged', message, cure: details.cure, since: rfc3339(now) };
    return { hub: null, cut: false, identity: null, history: [], trouble };
  }
}

function keptLink(of: { siteName: string; createdAt: string; folders: SiteFolders; now: number }): LinkStatus {
  const { standing, connectivity } = siteStanding(of.folders, of.now);
  return {
    site: of.siteName,
    ...standing,
    since: connectivity?.since ?? of.createdAt,
    lastContact: connectivity?.lastContact ?? null,
    graceDaysLeft: connectivity?.graceDaysLeft ?? null,
    clockDifferenceMs: null,
    connection: OFF,
    ...keptFiles(of.folders, of.now),
  };
}
