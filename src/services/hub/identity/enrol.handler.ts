// Enrolment: a token and a certificate request become a site and its identity, in one transaction. A token for any site makes
// sites that are new; one that names a site also gives that site a new key, and so does the key that a site has.
import { WorldError } from '#base';
import { type IdentityAnswer, tokenParse } from '#model/link';
import type { RequestFacts } from '#platform/x509';
import { type Fields, textField } from '../message.ts';
import type { HubParts } from '../parts.ts';
import { LinkRefused } from '../refusal.ts';
import type { HubSite } from '../sites/site.ts';
import { identityAnswer, type NamedSite, namedSite, provenKey } from './requested.ts';
import { checkToken, useToken } from './tokens.ts';

/** Errors: LinkRefused `Token`, `Invalid`, `Conflict`. */
export async function enrol(parts: HubParts, fields: Fields): Promise<IdentityAnswer> {
  const { tables, sites, pki, clock, log } = parts;
  const token = tokenParse(textField(fields, 'token', 200));
  if (!token)
    throw new LinkRefused('Token', 'this is no activation token', 'copy it whole, as `holdfast hub token` printed it');
  if (token.hubCaSha256 !== pki.serverAnchorSha256) throw new LinkRefused('Token', 'the token is that of another hub');
  const { siteName } = await checkToken(tables, token, clock.now());
  const named = namedSite(fields);
  if (siteName !== undefined && siteName !== named.name)
    throw new LinkRefused('Token', `the token is for the site ${siteName}, not for ${named.name}`);
  const key = await provenKey(fields, named.id, parts);
  const known = sites.byId(named.id);
  checkFree(parts, named, known);
  checkKey(known, key, siteName);

  const issued = await pki.issueSite({ ...named, publicKeyPem: key.publicKeyPem, nowMs: clock.now() });
  const used = [useToken(token, named.id, clock.now())];
  const identity = { name: named.name, key: key.publicKeySha256, identityEndMs: issued.endMs };
  try {
    if (known) {
      const back = known.removedMs === undefined ? {} : { removedMs: undefined, identitiesFromMs: clock.now() };
      await sites.change(known, { ...identity, waiting: undefined, ...back }, used);
    } else await sites.add({ id: named.id, ...identity }, used);
  } catch (error) {
    if (!(error instanceof WorldError) || error.code !== 'Conflict') throw error;
    // Somebody was faster: with the token, or with the name.
    await checkToken(tables, token, clock.now());
    throw new LinkRefused('Conflict', `the name ${named.name} is taken by another site`, NAME_CURE);
  }
  log.info('a site was enrolled', { site: named.name, id: named.id });
  return identityAnswer(parts, issued.certPem);
}

const NAME_CURE = 'give one of the sites another name, or remove the old one: holdfast hub remove SITE';

function checkFree({ sites }: HubParts, { id, name }: NamedSite, known: HubSite | undefined): void {
  const owner = sites.byName(name);
  if (owner && owner !== known)
    throw new LinkRefused('Conflict', `the name ${name} is taken by the site ${owner.id}, this is ${id}`, NAME_CURE);
}

function checkKey(known: HubSite | undefined, key: RequestFacts, tokenFor: string | undefined): void {
  if (!known || known.removedMs !== undefined || known.key === key.publicKeySha256 || tokenFor === known.name) return;
  throw new LinkRefused(
    'Conflict',
    `the site ${known.id} is enrolled with another key`,
    `if it is the same site, make a token for it: holdfast hub token --site ${known.name}`,
  );
}
