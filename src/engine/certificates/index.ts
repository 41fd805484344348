// The door of the certificate engine.
export {
  AUTHORITIES,
  type Authority,
  authorityEndMs,
  authorityIsDue,
  authorityRenewsAtMs,
  FOREVER_AGO_MS,
  LINES,
  type Line,
} from './authorities.ts';
export {
  type CertificateSpec,
  type IssuedCertificate,
  type IssueStep,
  planCertificates,
  renewsAtMs,
} from './certificates.plan.ts';
export { ACCOUNT_TOKEN_LIFE_MS_MAX } from './limits.ts';
export {
  FIRST_GENERATION,
  type Rollover,
  type RolloverEvent,
  retiring,
  rolloverStep,
  trustedGenerations,
} from './rollover.ts';
export {
  type SealingEvent,
  type SealingState,
  sealingEndMs,
  sealingGenerations,
  sealingRenewsAtMs,
  sealingStep,
} from './sealing.ts';
export { ETCD_SERVER_NAME, siteCertificates } from './site-certificates.ts';
