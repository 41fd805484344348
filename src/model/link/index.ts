// The door of the link model.
export { applyRank } from './apply-order.ts';
export { coveredFrom } from './journal-range.ts';
export {
  DESIRED_BYTES_MAX,
  HEARTBEAT_BYTES_MAX,
  HEARTBEAT_INTERVAL_MS,
  IDENTITY_LIFE_MS,
  IDENTITY_RENEW_AFTER_MS,
  JOURNAL_BATCH_BYTES_MAX,
  JOURNAL_RECORD_BYTES_MAX,
} from './limits.ts';
export {
  identityRenewsMs,
  type KeptIdentity,
  keptIdentityParse,
  type LinkFile,
  linkFileParse,
  linkFiles,
  withoutLogin,
} from './link-file.ts';
export type * from './messages.ts';
export { APPLIER_USER, HUB_FIELD_MANAGER, OWNER_HUB, OWNER_LABEL, REVISION_ANNOTATION } from './ownership.ts';
export { LINK_PATHS, LINK_PROTOCOL_VERSION, TUNNEL_PROTOCOL } from './paths.ts';
export { type ActivationToken, tokenParse, tokenText } from './token.ts';
