// The limits of authentication, each with its reason.

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
/** A token stays good this long after its pod or account was marked for deletion, so that a pod can end in order. */
export const DELETION_LEEWAY_MS = 60_000;
/** A token may come from a clock that is this far ahead of ours. */
export const NOT_BEFORE_LEEWAY_MS = 60_000;
