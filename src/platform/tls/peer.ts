// Who the other end of a server's connection is, by its client certificate. The signature is checked once for each set of trusted
// authorities, the time whenever somebody asks: a certificate that ends, or whose authority is dropped, ends with its connection open.
import type { X509Certificate } from 'node:crypto';
import { type JudgedBetween, judgedBetween, type WallClock } from '#platform/clock';
import { anchorsOf, type Judgement, judgeCertificate, problemAt } from '#platform/x509';

/** What a verified client certificate says; `problem` when one was shown that cannot be believed. */
export type PeerIdentity =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly problem: string }
  | {
      readonly kind: 'verified';
      readonly commonName: string;
      readonly organizations: readonly string[];
      readonly fingerprint256: string;
      /** Upper-case hex. */
      readonly serialNumber: string;
    };

/** The authorities that a server believes for clients. */
export interface ClientTrust {
  readonly anchors: readonly X509Certificate[];
  between(): JudgedBetween;
  set(clientCaPem: string | undefined): void;
}

export function clientTrust(clientCaPem: string | undefined, clock: WallClock): ClientTrust {
  let anchors = anchorsOf(clientCaPem ?? '');
  return {
    get anchors() {
      return anchors;
    },
    between: () => judgedBetween(clock),
    set: (pem) => {
      anchors = anchorsOf(pem ?? '');
    },
  };
}

const NONE: PeerIdentity = { kind: 'none' };

/** Answers who it is now. */
export function peerWatch(certificate: X509Certificate | undefined, trust: ClientTrust): () => PeerIdentity {
  if (!certificate) return () => NONE;
  // Read when somebody asks: whoever judges by other means, as a hub does ten thousand times, does not.
  let identity: PeerIdentity | undefined;
  let judgedBy: readonly X509Certificate[] | undefined;
  let judged: Judgement;
  return () => {
    if (judgedBy !== trust.anchors) {
      judgedBy = trust.anchors;
      judged = judgeCertificate(certificate, { anchors: judgedBy, use: 'client' });
    }
    const problem = problemAt(judged, trust.between());
    if (problem !== undefined) return { kind: 'refused', problem };
    identity ??= identityOf(certificate);
    return identity;
  };
}

function identityOf(certificate: X509Certificate): PeerIdentity {
  const { CN, O } = certificate.toLegacyObject().subject as { CN?: string | string[]; O?: string | string[] };
  return {
    kind: 'verified',
    commonName: (Array.isArray(CN) ? CN[0] : CN) ?? '',
    organizations: O === undefined ? [] : Array.isArray(O) ? O : [O],
    fingerprint256: certificate.fingerprint256,
    serialNumber: certificate.serialNumber,
  };
}
