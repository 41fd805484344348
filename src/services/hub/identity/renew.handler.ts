// Renewal by a site whose identity still holds. Until half of its life is over, and as long as it keeps its key, it gets the
// identity back that it has: asking at every contact costs nothing.
import type { IdentityAnswer } from '#model/link';
import { certificatePem } from '#platform/x509';
import type { Fields } from '../message.ts';
import type { HubParts } from '../parts.ts';
import type { SitePeer } from '../peer.ts';
import type { HubSite } from '../sites/site.ts';
import { planRenewal } from './identity.plan.ts';
import { grantIdentity, identityAnswer, provenKey } from './requested.ts';

export async function renew(
  parts: HubParts,
  by: { readonly site: HubSite; readonly peer: SitePeer; readonly certificate: Uint8Array },
  fields: Fields,
): Promise<IdentityAnswer> {
  const { site, peer, certificate } = by;
  const key = await provenKey(fields, site.id, parts);
  const shown = { endMs: peer.endMs, shownKey: peer.key(), key: key.publicKeySha256 };
  if (planRenewal(shown, parts.clock.now()) === 'same')
    return identityAnswer(parts, certificatePem(certificate) + parts.pki.sitesAnchorPem);
  parts.log.info('the identity of a site was renewed', { site: site.name });
  return grantIdentity(parts, site, key);
}
