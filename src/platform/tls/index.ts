// The door of the TLS room.
export { checkServer, clientOptions } from './connect.ts';
export type { ClientTls, ServerTls, TlsCredentials } from './credentials.ts';
export { type ClientTrust, clientTrust, type PeerIdentity, peerWatch } from './peer.ts';
export { type ServedCertificate, servedCertificate } from './served.ts';
