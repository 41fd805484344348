// Who the other end of a server's connection is, by its client certificate. The signature is checked once for each set of trusted
// authorities, the time whenever somebody asks: a certificate that ends, or whose authority is dropped, ends with its connection open.
import type { X509Certificate } from 'node:crypto';
import { certificatesOf, type Lifetime, lifetimeOf, peerProblem, timeProblem } from './verify.ts';

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
  now(): number;
  set(clientCaPem: string | undefined): void;
}

export function clientTrust(clientCaPem: string | undefined, now: () => number): ClientTrust {
  let anchors = certificatesOf(clientCaPem ?? '');
  return {
    get anchors() {
      return anchors;
    },
    now,
    set: (pem) => {
      anchors = certificatesOf(pem ?? '');
    },
  };
}

const NONE: PeerIdentity = { kind: 'none' };

/** Answers who it is now. */
export function peerWatch(certificate: X509Certificate | undefined, trust: ClientTrust): () => PeerIdentity {
  if (!certificate) return () => NONE;
  const life: Lifetime = lifetimeOf(certificate);
  const identity = identityOf(certificate);
  let judgedBy: readonly X509Certificate[] | undefined;
  let problem: string | undefined;
  return () => {
    const now = trust.now();
    if (judgedBy !== trust.anchors) {
      judgedBy = trust.anchors;
      // The time of the leaf is looked at below, each time.
      problem = peerProblem(certificate, { anchors: judgedBy, use: 'client', now: clamp(now, life) });
    }
    const why = problem ?? timeProblem(life, now);
    return why === undefined ? identity : { kind: 'refused', problem: why };
  };
}

const clamp = (now: number, life: Lifetime): number => Math.min(Math.max(now, life.notBeforeMs), life.notAfterMs);

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
