// The way back for a site whose identity ended. It proves that it holds the key of the identity that ended, waits until an
// operator has said yes, and then gets a new one. Whoever cannot prove that does not even become a question.
import type { IdentityAnswer } from '#model/link';
import { type Fields, textField } from '../message.ts';
import type { HubParts } from '../parts.ts';
import { peerOf } from '../peer.ts';
import { LinkRefused } from '../refusal.ts';
import { siteOfPeer } from '../sites/site-of-peer.ts';
import { planReturn } from './identity.plan.ts';
import { grantIdentity, namedSite, provenKey } from './requested.ts';

/** Errors: LinkRefused `Pending`, `Identity`, `Invalid`. */
export async function reenrol(parts: HubParts, fields: Fields): Promise<IdentityAnswer> {
  const { pki, sites, clock, log } = parts;
  const now = clock.now();
  const named = namedSite(fields);
  const peer = peerOf(textField(fields, 'certPem', 16 * 1024), pki, now);
  if (peer.kind !== 'site' || peer.id !== named.id)
    throw new LinkRefused(
      'Identity',
      'the certificate that ended is not one of this hub, or not of this site',
      'activate the site with a token',
    );
  const key = await provenKey(fields, named.id, parts);
  const shownKey = peer.key();
  if (key.publicKeySha256 !== shownKey)
    throw new LinkRefused('Invalid', 'the certificate request is not made with the key of the certificate that ended');
  const site = await siteOfPeer(parts, peer);
  const plan = planReturn({ endMs: peer.endMs, key: shownKey }, site.waiting, now);
  if (plan === 'grant') {
    if (now >= peer.endMs) log.info('a site came back after its identity had ended', { site: site.name });
    return grantIdentity(parts, site, key);
  }
  if (plan === 'ask') {
    await sites.change(site, { waiting: { key: shownKey, askedMs: now } });
    log.info('a site whose identity ended asks to come back', { site: site.name });
  }
  throw new LinkRefused(
    'Pending',
    `the identity of ${site.name} ended; it waits for an approval at the hub`,
    `holdfast hub approve ${site.name}`,
  );
}
