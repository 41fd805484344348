// Who is at the other end of a connection: told by its certificate alone, judged once a connection by the hub's own clock.
// An ended certificate still says who it was, so that a site can be told what to do; each request looks at the end again.
import type { Clock } from '#platform/clock';
import type { Connection } from '#platform/http';
import { type Anchors, verifyCertificate } from '#platform/x509';
import { type HubPki, SITES_ORGANIZATION, USERS_ORGANIZATION } from './pki.ts';

export type Peer =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refused'; readonly problem: string }
  | {
      readonly kind: 'site';
      readonly id: string;
      /** The name that it had when the certificate was made. */
      readonly name: string;
      /** Hex SHA-256 of its public key: worked out when it is asked for, which most connections never do. */
      key(): string;
      readonly endMs: number;
    }
  | { readonly kind: 'user'; readonly name: string; readonly serial: string; readonly endMs: number };

export type SitePeer = Extract<Peer, { kind: 'site' }>;

/** Judges a certificate, ended or not. */
export function peerOf(certificate: Uint8Array | string, pki: HubPki, nowMs: number): Peer {
  const chain = typeof certificate === 'string' ? certificate : [certificate];
  const judge = (anchors: Anchors) => verifyCertificate({ chain, anchors, use: 'client', nowMs });
  const site = judge(pki.sitesAnchors);
  if (site.kind !== 'refused' && site.facts.organizations.includes(SITES_ORGANIZATION)) {
    const { facts } = site;
    const { commonName: id, dnsNames, notAfterMs: endMs } = facts;
    return { kind: 'site', id, name: dnsNames[0] ?? id, key: () => facts.publicKeySha256, endMs };
  }
  const user = judge(pki.usersAnchors);
  if (user.kind !== 'refused' && user.facts.organizations.includes(USERS_ORGANIZATION)) {
    const { commonName: name, serialNumber: serial, notAfterMs: endMs } = user.facts;
    return { kind: 'user', name, serial, endMs };
  }
  return { kind: 'refused', problem: site.kind === 'refused' ? site.problem : 'it is not of this hub' };
}

/** The peer of a connection; worked out once. */
export function connectionPeer(connection: Connection, pki: HubPki, clock: Clock): Peer {
  connection.memo ??= connection.peerCertificate
    ? peerOf(connection.peerCertificate, pki, clock.now())
    : ({ kind: 'nobody' } satisfies Peer);
  return connection.memo as Peer;
}
