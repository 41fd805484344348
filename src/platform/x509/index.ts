// The door of the X.509 room.
export { type IssueRequest, issueCertificate, newKeyPem } from './issue.ts';
export { type CertificateFacts, readCertificate } from './read.ts';
