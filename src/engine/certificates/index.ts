// The door of the certificate engine.
export { AUTHORITIES, type Authority, authorityEndMs, FOREVER_AGO_MS } from './authorities.ts';
export {
  type CertificateSpec,
  type IssuedCertificate,
  type IssueStep,
  planCertificates,
} from './certificates.plan.ts';
export { siteCertificates } from './site-certificates.ts';
