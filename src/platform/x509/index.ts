// The door of the X.509 room.
export { type IssueRequest, issueCertificate, newKeyPem, publicKeyPem, publicKeySha256Of } from './issue.ts';
export { anchorsOf, certificatesOf, type Judgement, judgeCertificate, problemAt } from './judge.ts';
export { type CertificateFacts, certificatePem, certificateSha256, readCertificate } from './read.ts';
export { newCertificateRequest, type RequestFacts, readCertificateRequest } from './request.ts';
export { type Anchors, type VerifyAnswer, type VerifyRequest, verifyCertificate } from './verify.ts';
