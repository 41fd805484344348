// The site that a certificate speaks for. A hub that was restored from an old backup takes sites back that were enrolled since,
// by the certificate that it gave them itself, and knows again until when those hold; one that was removed stays removed.
import { WorldError } from '#base';
import { IDENTITY_LIFE_MS } from '#model/link';
import { isNews } from '../identity/identity.plan.ts';
import type { HubParts } from '../parts.ts';
import type { SitePeer } from '../peer.ts';
import { LinkRefused } from '../refusal.ts';
import type { HubSite } from './site.ts';

const CURE = 'activate the site again with a new token: holdfast hub token';

/** What is known of it already, without waiting. Errors: LinkRefused `Identity` when it was removed. */
export function knownSite({ sites }: Pick<HubParts, 'sites'>, peer: SitePeer): HubSite | undefined {
  const site = sites.byId(peer.id);
  if (site && (site.removedMs !== undefined || peer.endMs - IDENTITY_LIFE_MS < site.identitiesFromMs - 1000))
    throw new LinkRefused('Identity', 'this site was removed from the hub', CURE);
  return site;
}

/** Known already, and nothing is to be learnt from what it shows: answered without waiting. Errors: those of {@link knownSite}. */
export function readySite(parts: Pick<HubParts, 'sites'>, peer: SitePeer): HubSite | undefined {
  const site = knownSite(parts, peer);
  return site && !isNews(peer, site) ? site : undefined;
}

async function learn({ sites, log }: HubParts, site: HubSite, peer: SitePeer): Promise<HubSite> {
  // A site is heard also while the disk takes nothing; it shows the same the next time.
  if (isNews(peer, site))
    await sites
      .change(site, { identityEndMs: peer.endMs, key: peer.key() })
      .catch((error: unknown) => log.warn('the end of an identity was not kept', { site: site.name, error }));
  return site;
}

/** Errors: LinkRefused `Identity` when it was removed. */
export async function siteOfPeer(parts: HubParts, peer: SitePeer): Promise<HubSite> {
  const known = knownSite(parts, peer);
  if (known) return learn(parts, known, peer);
  const { sites, log } = parts;
  const name = sites.byName(peer.name) ? `${peer.name}-${peer.id.slice(0, 8).toLowerCase()}` : peer.name;
  try {
    const site = await sites.add({ id: peer.id, name, key: peer.key(), identityEndMs: peer.endMs });
    log.warn('a site that this hub did not know was taken back by its certificate', { site: name, id: peer.id });
    return site;
  } catch (error) {
    // Two requests of the same site at the same time.
    const now = error instanceof WorldError && error.code === 'Conflict' ? sites.byId(peer.id) : undefined;
    if (now) return now;
    throw error;
  }
}
