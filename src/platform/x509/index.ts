// The door of the X.509 room.
export { type IssueRequest, issueCertificate, newKeyPem, publicKeyPem } from './issue.ts';
export { type CertificateFacts, readCertificate } from './read.ts';
