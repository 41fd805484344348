// What a TLS server identifies itself with and trusts, as PEM text.

export interface TlsCredentials {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A server's own certificate, and the authorities whose client certificates it believes. */
export interface ServerTls extends TlsCredentials {
  readonly clientCaPem?: string;
}
