// Whether a certificate may be believed at a time that the caller names: signed by an authority that is trusted, for this
// use and name, and within its life. Node.js checks all but the time the same way; it takes the time from the system.
// Source: RFC 5280 section 6, for chains without policies or name constraints, which none of ours have.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type CertificateFacts, factsOf } from './read.ts';

export interface VerifyRequest {
  /** The leaf, then what it came with: PEM text, or DER. */
  readonly chain: string | readonly Uint8Array[];
  /** Certificates of authorities, one after the other. */
  readonly anchorsPem: string;
  readonly use: 'server' | 'client';
  /** DNS name or address that a server must have. */
  readonly name?: string;
  readonly nowMs: number;
}

export type VerifyAnswer =
  | { readonly kind: 'valid'; readonly facts: CertificateFacts }
  /** Everything holds but its end. */
  | { readonly kind: 'expired'; readonly facts: CertificateFacts }
  | { readonly kind: 'refused'; readonly problem: string };

const USES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;
/** Leaf, two authorities between, anchor: more than any of ours has. */
const CHAIN_MAX = 4;

/** Every certificate of a PEM text, each as PEM. */
export function certificatesOf(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/g) ?? [];
}

const within = (certificate: X509Certificate, nowMs: number): boolean =>
  Date.parse(certificate.validFrom) <= nowMs && nowMs < Date.parse(certificate.validTo);

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** Why no trusted authority stands above the leaf; undefined when one does. */
function chainProblem(
  chain: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  nowMs: number,
): string | undefined {
  let at = chain[0];
  for (let depth = 0; at !== undefined && depth < CHAIN_MAX; depth++) {
    const below = at;
    const anchor = anchors.find((one) => isIssuedBy(below, one));
    if (anchor) return within(anchor, nowMs) ? undefined : 'its authority is not valid now';
    at = chain.find((one) => one !== below && one.fingerprint256 !== below.fingerprint256 && isIssuedBy(below, one));
    if (at && !within(at, nowMs)) return 'an authority above it is not valid now';
  }
  return 'no trusted authority signed it';
}

function hasName(leaf: X509Certificate, name: string): boolean {
  return (isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name)) !== undefined;
}

/** Never throws: what cannot be read is refused. */
export function verifyCertificate(request: VerifyRequest): VerifyAnswer {
  const { use, name, nowMs } = request;
  const refused = (problem: string): VerifyAnswer => ({ kind: 'refused', problem });
  try {
    const given = typeof request.chain === 'string' ? certificatesOf(request.chain) : request.chain;
    const chain = given.map((one) => new X509Certificate(one));
    const anchors = certificatesOf(request.anchorsPem).map((one) => new X509Certificate(one));
    const leaf = chain[0];
    if (!leaf) return refused('there is none');
    const problem = chainProblem(chain, anchors, nowMs);
    if (problem !== undefined) return refused(problem);
    if (leaf.ca) return refused('it is that of an authority');
    if (!leaf.keyUsage?.includes(USES[use])) return refused(`it is not for a ${use}`);
    if (name !== undefined && !hasName(leaf, name)) return refused(`it is not that of ${name}`);
    const facts = factsOf(leaf);
    if (facts.notBeforeMs > nowMs) return refused('it is not valid yet');
    return { kind: nowMs < facts.notAfterMs ? 'valid' : 'expired', facts };
  } catch {
    return refused('it cannot be read');
  }
}
