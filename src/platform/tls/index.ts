// The door of the TLS room.
export {
  type ClientTls,
  clientContextOptions,
  type PeerIdentity,
  peerIdentityOf,
  type ServerTls,
  serverContextOptions,
  type TlsCredentials,
} from './credentials.ts';
