// Judges the certificate of the other end. Node.js judges by the clock of the machine, which may stand anywhere; here the caller
// says what time it is. Everything else is as strict: the leaf is signed by a trusted authority itself (a site has one
// authority for each concern, with nothing between it and its leaves), is none itself, is made for this use, and names the server.
// Source: RFC 5280 section 6, RFC 9525.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { JudgedBetween } from '#platform/clock';

export type PeerUse = 'client' | 'server';

const USE_OID: Readonly<Record<PeerUse, string>> = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export interface Lifetime {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** The certificates of a PEM text, in its order. */
export function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(CERTIFICATE) ?? []).map((block) => new X509Certificate(block));
}

function lifetimeOf(certificate: X509Certificate): Lifetime {
  return { notBeforeMs: Date.parse(certificate.validFrom), notAfterMs: Date.parse(certificate.validTo) };
}

/** What is wrong with the time; written so that a time that is no number refuses. */
function timeProblem(life: Lifetime, between: JudgedBetween): string | undefined {
  if (!(between.latestMs >= life.notBeforeMs)) return 'the certificate is not valid yet';
  return between.earliestMs <= life.notAfterMs ? undefined : 'the certificate has expired';
}

export interface PeerCheck {
  readonly anchors: readonly X509Certificate[];
  readonly use: PeerUse;
  /** The name or address that a server was asked for. */
  readonly host?: string;
}

/** Everything about a certificate but the time: why it cannot be believed, or whose times count. */
export type Judgement =
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'good'; readonly lives: readonly Lifetime[] };

const refused = (problem: string): Judgement => ({ kind: 'refused', problem });

export function judgePeer(certificate: X509Certificate | undefined, of: PeerCheck): Judgement {
  if (!certificate) return refused('no certificate was shown');
  const signedBy = (anchor: X509Certificate): boolean =>
    anchor.ca && certificate.checkIssued(anchor) && certificate.verify(anchor.publicKey);
  const anchor = of.anchors.find(signedBy);
  if (!anchor) return refused('the certificate is signed by no authority that is trusted here');
  if (certificate.ca) return refused('the certificate is that of an authority');
  if (!certificate.keyUsage?.includes(USE_OID[of.use])) return refused(`the certificate is not made for a ${of.use}`);
  if (of.host !== undefined && !names(certificate, of.host)) return refused(`the certificate does not name ${of.host}`);
  return { kind: 'good', lives: [lifetimeOf(anchor), lifetimeOf(certificate)] };
}

/** What is wrong with a judged certificate by whatever clock the caller believes: each of its lives must hold some time between. */
export function problemAt(judged: Judgement, between: JudgedBetween): string | undefined {
  if (judged.kind === 'refused') return judged.problem;
  return judged.lives.map((life) => timeProblem(life, between)).find((problem) => problem !== undefined);
}

const names = (certificate: X509Certificate, host: string): boolean =>
  (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host, { subject: 'never' })) !== undefined;
