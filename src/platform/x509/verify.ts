// One answer on one certificate at one time, for those who are shown an encoded chain: valid, ended, or refused and why.
import { X509Certificate } from 'node:crypto';
import { anchorsOf, type CertificateUse, certificatesOf, judgeCertificate, standingAt } from './judge.ts';
import { type CertificateFacts, factsOf } from './read.ts';

/** Authorities, read once for whoever judges many by them. */
export type Anchors = readonly X509Certificate[];

export interface VerifyRequest {
  /** The leaf, then what it came with: PEM text, or DER. */
  readonly chain: string | readonly Uint8Array[];
  /** Certificates of authorities, one after the other as PEM, or as `anchorsOf` has read them. */
  readonly anchors: string | Anchors;
  readonly use: CertificateUse;
  /** DNS name or address that a server must have. */
  readonly name?: string;
  readonly nowMs: number;
}

export type VerifyAnswer =
  | { readonly kind: 'valid'; readonly facts: CertificateFacts }
  /** Everything holds but its end. */
  | { readonly kind: 'expired'; readonly facts: CertificateFacts }
  | { readonly kind: 'refused'; readonly problem: string };

/** Never throws: what cannot be read is refused. */
export function verifyCertificate({ chain, anchors: given, use, name, nowMs }: VerifyRequest): VerifyAnswer {
  try {
    const shown = typeof chain === 'string' ? certificatesOf(chain) : chain;
    const anchors = typeof given === 'string' ? anchorsOf(given) : given;
    const [leaf, ...between] = shown.map((one) => new X509Certificate(one));
    const judged = judgeCertificate(leaf, { anchors, use, name, between });
    const { problem, ended } = standingAt(judged, { earliestMs: nowMs, latestMs: nowMs });
    if (!leaf || (problem !== undefined && !ended)) return { kind: 'refused', problem: problem ?? '' };
    return { kind: ended ? 'expired' : 'valid', facts: factsOf(leaf) };
  } catch {
    return { kind: 'refused', problem: 'the certificate cannot be read' };
  }
}
