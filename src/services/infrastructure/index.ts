// The door of the infrastructure service.
export { type CertificateKeeper, keepCertificates } from './keep-certificates.ts';
export { ensurePki, type KeyPair, openPki, type Pki } from './pki.ts';
