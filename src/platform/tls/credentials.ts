// What the ends of a TLS connection identify themselves with and trust, as PEM text.

export interface TlsCredentials {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A server's own certificate, and the authorities whose client certificates it believes. */
export interface ServerTls extends TlsCredentials {
  readonly clientCaPem?: string;
}

/** The authorities that a client believes, and its own certificate where it has one. */
export interface ClientTls extends Partial<TlsCredentials> {
  readonly caPem: string;
}
