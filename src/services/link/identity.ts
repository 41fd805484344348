// The site's identity at its hub: asked for with a token, renewed while it holds, asked for again after it ended. The key stays here;
// what comes back is believed only when it is over that key and in the site's own name.
import { WorldError } from '#base';
import {
  type EnrolRequest,
  identityRenewsMs,
  type KeptIdentity,
  LINK_PATHS,
  LINK_PROTOCOL_VERSION,
  type ReenrolRequest,
  type RenewRequest,
} from '#model/link';
import type { Uplink } from '#platform/uplink';
import { newCertificateRequest, publicKeyPem, publicKeySha256Of, readCertificate } from '#platform/x509';
import { answerFields, timeIn } from './hub-answer.ts';
import { ANSWER_BYTES_MAX, IDENTITY_ANSWER_MS_MAX } from './limits.ts';

export interface Applicant {
  readonly siteId: string;
  readonly siteName: string;
  readonly version: string;
  readonly keyPem: string;
}

export interface GrantedIdentity extends KeptIdentity {
  readonly hubTimeMs: number | undefined;
}

const ofSite = ({ siteId: id, siteName: name, version }: Applicant) => ({ id, name, version });
const requestOf = ({ siteId, keyPem }: Applicant): Promise<string> =>
  newCertificateRequest({ commonName: siteId, keyPem });

/** Errors: HubRefused; WorldError `Unavailable`, `Unsupported`, `Failed`. */
export async function enrol(uplink: Uplink, by: Applicant, token: string): Promise<GrantedIdentity> {
  const csrPem = await requestOf(by);
  const body: EnrolRequest = { protocol: LINK_PROTOCOL_VERSION, token, csrPem, site: ofSite(by) };
  return asked(uplink, by, { path: LINK_PATHS.enrol, body });
}

/** Errors: as {@link enrol}. */
export async function renewIdentity(uplink: Uplink, by: Applicant): Promise<GrantedIdentity> {
  const body: RenewRequest = { protocol: LINK_PROTOCOL_VERSION, csrPem: await requestOf(by) };
  return asked(uplink, by, { path: LINK_PATHS.renew, body });
}

/** Asks for an identity after the old one ended. Errors: as {@link enrol}; HubRefused `Pending` until the hub's operator says yes. */
export async function returnToHub(uplink: Uplink, by: Applicant, ended: KeptIdentity): Promise<GrantedIdentity> {
  const csrPem = await requestOf(by);
  const { certPem } = ended;
  const body: ReenrolRequest = { protocol: LINK_PROTOCOL_VERSION, csrPem, certPem, site: ofSite(by) };
  return asked(uplink, by, { path: LINK_PATHS.reenrol, body });
}

async function asked(uplink: Uplink, by: Applicant, of: { path: string; body: object }): Promise<GrantedIdentity> {
  const answer = await uplink.request({
    method: 'POST',
    path: of.path,
    body: JSON.stringify(of.body),
    answerBytesMax: ANSWER_BYTES_MAX,
    answerMsMax: IDENTITY_ANSWER_MS_MAX,
  });
  const { certPem, hubCaPem, hubTime } = answerFields(answer);
  const isOurs = typeof certPem === 'string' && isOver(certPem, by);
  if (!isOurs || typeof hubCaPem !== 'string' || !isCertificate(hubCaPem))
    throw new WorldError('Failed', 'the hub gave an identity that is not for this site and its key', {
      cure: 'read the log of the hub',
    });
  return { certPem, hubCaPem, hubTimeMs: timeIn(hubTime) };
}

function isOver(certPem: string, { keyPem, siteId }: Applicant): boolean {
  try {
    const facts = readCertificate(certPem);
    return facts.commonName === siteId && facts.publicKeySha256 === publicKeySha256Of(publicKeyPem(keyPem));
  } catch {
    return false;
  }
}

function isCertificate(pem: string): boolean {
  try {
    readCertificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** By the hub's time, which judges it: the site's clock may be wrong. */
export const isToRenew = ({ certPem }: KeptIdentity, hubTimeMs: number | undefined): boolean =>
  hubTimeMs !== undefined && hubTimeMs >= identityRenewsMs(readCertificate(certPem).notAfterMs);
