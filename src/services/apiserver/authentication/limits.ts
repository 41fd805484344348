// The limits of authentication, each with its reason.
import { ACCOUNT_TOKEN_LIFE_MS_MAX } from '#engine/certificates';

/** Life of requested tokens; the figures of Kubernetes. */
export const TOKEN_SECONDS = {
  min: 600,
  max: 2 ** 32,
  /** For requests that name none. */
  byDefault: 3600,
  /** The life that tokens mounted into pods ask for. Those really live a year, for programs that never read the file again. */
  mounted: 3607,
  extended: 365 * 24 * 3600,
} as const;
/** No token lives longer, whatever was asked for, unless it is bound to a secret and ends with it: a signing key that was
 * replaced is trusted only this long. Clusters may limit it (Kubernetes, `--service-account-max-token-expiration`). */
export const TOKEN_LIFE_SECONDS_MAX = ACCOUNT_TOKEN_LIFE_MS_MAX / 1000;
/** A token stays good this long after its pod or account was marked for deletion, so that a pod can end in order. */
export const DELETION_LEEWAY_MS = 60_000;
/** A token may come from a clock that is this far ahead of ours. */
export const NOT_BEFORE_LEEWAY_MS = 60_000;
