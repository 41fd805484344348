// Judges a certificate. Node.js judges by the clock of the machine, which may stand anywhere; here the caller says what time it is,
// and may ask again later for another time. Everything else is as strict: a trusted authority signed the leaf, or one that such an
// authority signed and that came along; the leaf is none itself, is made for this use, and names the server.
// Source: RFC 5280 section 6, for chains without policies or name constraints, which none of ours have; RFC 9525 for names.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { JudgedBetween } from '#platform/clock';

export type CertificateUse = 'client' | 'server';

const USE_OID: Readonly<Record<CertificateUse, string>> = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };
/** Leaf, two authorities between, anchor: more than any of ours has. */
const CHAIN_MAX = 4;

interface Lifetime {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface CertificateCheck {
  readonly anchors: readonly X509Certificate[];
  readonly use: CertificateUse;
  /** The DNS name or address that a server was asked for. */
  readonly name?: string;
  /** What came with the leaf and may stand between it and an anchor. */
  readonly between?: readonly X509Certificate[];
}

/** Everything about a certificate but the time: why it cannot be believed, or whose times count. */
export type Judgement =
  | { readonly kind: 'refused'; readonly problem: string }
  /** The anchor's first, the leaf's last. */
  | { readonly kind: 'good'; readonly lives: readonly Lifetime[] };

const refused = (problem: string): Judgement => ({ kind: 'refused', problem });

/** Every certificate of a PEM text, each as PEM. */
export function certificatesOf(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/g) ?? [];
}

/** The authorities of a PEM text, ready to judge by. */
export const anchorsOf = (pem: string): X509Certificate[] => certificatesOf(pem).map((one) => new X509Certificate(one));

const lifetimeOf = ({ validFrom, validTo }: X509Certificate): Lifetime => ({
  notBeforeMs: Date.parse(validFrom),
  notAfterMs: Date.parse(validTo),
});

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** What stands above the leaf, up to an anchor; undefined when none does. */
function above(leaf: X509Certificate, { anchors, between = [] }: CertificateCheck): X509Certificate[] | undefined {
  const chain: X509Certificate[] = [];
  for (let at = leaf; chain.length < CHAIN_MAX; ) {
    const below = at;
    const anchor = anchors.find((one) => isIssuedBy(below, one));
    if (anchor) return [...chain, anchor];
    const next = between.find((one) => one.fingerprint256 !== below.fingerprint256 && isIssuedBy(below, one));
    if (!next) return undefined;
    chain.push(next);
    at = next;
  }
  return undefined;
}

const hasName = (leaf: X509Certificate, name: string): boolean =>
  (isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name, { subject: 'never' })) !== undefined;

export function judgeCertificate(leaf: X509Certificate | undefined, check: CertificateCheck): Judgement {
  if (!leaf) return refused('no certificate was shown');
  const authorities = above(leaf, check);
  if (!authorities) return refused('the certificate is signed by no authority that is trusted here');
  if (leaf.ca) return refused('the certificate is that of an authority');
  const { use, name } = check;
  if (!leaf.keyUsage?.includes(USE_OID[use])) return refused(`the certificate is not made for a ${use}`);
  if (name !== undefined && !hasName(leaf, name)) return refused(`the certificate does not name ${name}`);
  return { kind: 'good', lives: [...authorities.toReversed(), leaf].map(lifetimeOf) };
}

/** What is wrong with the time; written so that a time that is no number refuses. */
function timeProblem(life: Lifetime, between: JudgedBetween): 'not valid yet' | 'expired' | undefined {
  if (!(between.latestMs >= life.notBeforeMs)) return 'not valid yet';
  return between.earliestMs <= life.notAfterMs ? undefined : 'expired';
}

/** Whether a judged certificate holds by whatever clock the caller believes: each of its lives must, some time between. `ended`: all
 * holds but the end of the leaf. */
export function standingAt(
  judged: Judgement,
  between: JudgedBetween,
): { readonly problem: string | undefined; readonly ended: boolean } {
  if (judged.kind === 'refused') return { problem: judged.problem, ended: false };
  const problems = judged.lives.map((life) => timeProblem(life, between));
  const own = problems.pop();
  const higher = problems.find((problem) => problem !== undefined);
  if (higher) return { problem: `an authority above the certificate ${IS[higher]}`, ended: false };
  return { problem: own && `the certificate ${IS[own]}`, ended: own === 'expired' };
}

const IS = { 'not valid yet': 'is not valid yet', expired: 'has expired' } as const;

/** What is wrong with a judged certificate then. */
export const problemAt = (judged: Judgement, between: JudgedBetween): string | undefined =>
  standingAt(judged, between).problem;
