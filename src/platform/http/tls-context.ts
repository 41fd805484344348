// What a TLS server or client identifies itself with and trusts, as PEM text, and what it learns of its peer.
import type { SecureContextOptions, TLSSocket } from 'node:tls';

export interface TlsCredentials {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A server's own certificate, and the authorities whose client certificates it believes. */
export interface ServerTls extends TlsCredentials {
  readonly clientCaPem?: string;
}

/** The authorities that a client believes, and its own certificate where it has one. */
export interface ClientTls {
  readonly caPem: string;
  readonly certPem?: string;
  readonly keyPem?: string;
}

/** What a verified client certificate says; `problem` when one was shown that cannot be believed. */
export type PeerIdentity =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly problem: string }
  | {
      readonly kind: 'verified';
      readonly commonName: string;
      readonly organizations: readonly string[];
      readonly fingerprint256: string;
      /** Milliseconds since 1970. */
      readonly notAfter: number;
    };

/** Context options of a server; TLS 1.2 is the oldest version spoken, as Kubernetes does. */
export function serverContextOptions(tls: ServerTls): SecureContextOptions {
  return { cert: tls.certPem, key: tls.keyPem, ca: tls.clientCaPem, minVersion: 'TLSv1.2' };
}

export function clientContextOptions(tls: ClientTls): SecureContextOptions {
  return { ca: tls.caPem, cert: tls.certPem, key: tls.keyPem, minVersion: 'TLSv1.2' };
}

/** Who the other end of a server's connection is, by its client certificate. Costs a parse: keep it with the connection. */
export function peerIdentityOf(
  socket: Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerCertificate'>,
): PeerIdentity {
  const certificate = socket.getPeerCertificate();
  if (!certificate?.subject) return { kind: 'none' };
  if (!socket.authorized) return { kind: 'refused', problem: String(socket.authorizationError ?? 'not trusted') };
  const { CN, O } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  return {
    kind: 'verified',
    commonName: (Array.isArray(CN) ? CN[0] : CN) ?? '',
    organizations: O === undefined ? [] : Array.isArray(O) ? O : [O],
    fingerprint256: certificate.fingerprint256,
    notAfter: Date.parse(certificate.valid_to),
  };
}
