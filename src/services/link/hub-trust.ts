// Whether the server that answers is the site's hub. It must be signed by the authority that the token pinned (or that the hub itself
// named since, over a connection so pinned), be a server, and have the name that is dialled; always, whatever the time.
//
// Its life is judged by the site's clock when that clock is sure. A clock that is not sure (1970 after an empty battery, 2099) must not
// lock the site out of the one place that could put it right: then the authority alone decides, `link status` says so, and what the
// hub says of the time over that connection is what corroborates the clock.
import { certificatePem, certificateSha256, certificatesOf, readCertificate, verifyCertificate } from '#platform/x509';

export interface HubTrust {
  readonly host: string;
  readonly anchorsPem: string;
  readonly nowMs: number;
  readonly isClockSure: boolean;
}

export type Judgement =
  | { readonly kind: 'believed'; readonly byAuthorityAlone: boolean }
  | { readonly kind: 'refused'; readonly problem: string };

type Chain = readonly Uint8Array[];

/** The certificate of the authority with this fingerprint, among those that a server showed. */
export function pinnedAnchor(chain: Chain, sha256: string): string | undefined {
  return chain.map((der) => certificatePem(der)).find((pem) => certificateSha256(pem) === sha256);
}

/** Never throws. */
export function judgeHub(chain: Chain, trust: HubTrust): Judgement {
  const { anchorsPem, host: name, nowMs } = trust;
  const verdict = verifyCertificate({ chain, anchors: anchorsPem, use: 'server', name, nowMs });
  if (verdict.kind === 'valid') return { kind: 'believed', byAuthorityAlone: false };
  const atItsTime = certificatesOf(anchorsPem).some((anchor) => isOfAnchor(chain, anchor, trust));
  if (!atItsTime)
    return { kind: 'refused', problem: verdict.kind === 'expired' ? 'its certificate ended' : verdict.problem };
  if (trust.isClockSure) return { kind: 'refused', problem: "its certificate's life is over by the site's clock" };
  return { kind: 'believed', byAuthorityAlone: true };
}

/** Everything but the time: judged at a time when both certificates are within their lives. */
function isOfAnchor(chain: Chain, anchorPem: string, { host: name, nowMs }: HubTrust): boolean {
  try {
    const both = [readCertificate(chain[0] ?? new Uint8Array()), readCertificate(anchorPem)];
    const from = Math.max(...both.map(({ notBeforeMs }) => notBeforeMs));
    const until = Math.min(...both.map(({ notAfterMs }) => notAfterMs));
    const within = Math.min(Math.max(nowMs, from), until - 1);
    return verifyCertificate({ chain, anchors: anchorPem, use: 'server', name, nowMs: within }).kind === 'valid';
  } catch {
    return false;
  }
}
