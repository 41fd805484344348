// What every request for an identity holds: who the site says it is, and a request that proves that it holds its key.
import { WorldError } from '#base';
import type { IdentityAnswer } from '#model/link';
import { siteNameProblem } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { type RequestFacts, readCertificateRequest } from '#platform/x509';
import { type Fields, objectField, textField } from '../message.ts';
import type { HubParts } from '../parts.ts';
import { LinkRefused } from '../refusal.ts';
import type { HubSite } from '../sites/site.ts';

export interface NamedSite {
  readonly id: string;
  readonly name: string;
}

/** Errors: LinkRefused `Invalid`. */
export function namedSite(fields: Fields): NamedSite {
  const site = objectField(fields, 'site');
  const id = textField(site, 'id', 64);
  const name = textField(site, 'name', 63);
  if (!/^[A-Za-z0-9-]+$/.test(id)) throw new LinkRefused('Invalid', 'site.id must be letters, digits and "-"');
  const problem = siteNameProblem(name);
  if (problem !== undefined) throw new LinkRefused('Invalid', `the name of the site ${problem}`);
  return { id, name };
}

/** The key that a request proves. Errors: LinkRefused `Invalid`: not readable, badly signed, another curve, or another site's key. */
export async function provenKey(fields: Fields, siteId: string, { sites }: HubParts): Promise<RequestFacts> {
  const facts = await readCertificateRequest(textField(fields, 'csrPem', 8 * 1024)).catch((error: unknown) => {
    if (error instanceof WorldError && error.code === 'Invalid') throw new LinkRefused('Invalid', error.message);
    throw error;
  });
  const owner = await sites.idOfKey(facts.publicKeySha256);
  if (owner !== undefined && owner !== siteId)
    throw new LinkRefused(
      'Invalid',
      'the key of the certificate request is that of another site',
      'make a new key for this site',
    );
  return facts;
}

/** A new identity for a known site, on disk before it is answered. */
export async function grantIdentity(parts: HubParts, site: HubSite, key: RequestFacts): Promise<IdentityAnswer> {
  const { pki, sites, clock } = parts;
  const { id, name } = site;
  const issued = await pki.issueSite({ id, name, publicKeyPem: key.publicKeyPem, nowMs: clock.now() });
  await sites.change(site, { key: key.publicKeySha256, identityEndMs: issued.endMs, waiting: undefined });
  return identityAnswer(parts, issued.certPem);
}

export function identityAnswer({ pki, clock }: HubParts, certPem: string): IdentityAnswer {
  return { certPem, hubCaPem: pki.serverAnchorPem, hubTime: rfc3339(clock.now()) };
}
