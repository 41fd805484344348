// The door of the TLS room.
export type { ServerTls, TlsCredentials } from './credentials.ts';
