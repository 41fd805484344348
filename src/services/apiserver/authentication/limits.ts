// The limits of authentication, each with its reason.

/** Tokens whose signature is remembered as good; the oldest is forgotten first. One for each client that is active. */
export const TOKENS_VERIFIED_MAX = 8192;
/** A longer token is refused unread; ours are below 2 KiB. */
export const TOKEN_BYTES_MAX = 16 * 1024;
/** Shortest life of a requested token; the figure of Kubernetes. */
export const TOKEN_SECONDS_MIN = 600;
/** Longest life of a requested token; the figure of Kubernetes. */
export const TOKEN_SECONDS_MAX = 2 ** 32;
/** Life of a requested token that asks for none. */
export const TOKEN_SECONDS_DEFAULT = 3600;
/** The life that tokens mounted into pods ask for. Those really live a year, for programs that never read the file again. */
export const TOKEN_SECONDS_MOUNTED = 3607;
export const TOKEN_SECONDS_EXTENDED = 365 * 24 * 3600;
/** A token stays good this long after its pod or account was marked for deletion, so that a pod can end in order. */
export const DELETION_LEEWAY_MS = 60_000;
/** A token may come from a clock that is this far ahead of ours. */
export const NOT_BEFORE_LEEWAY_MS = 60_000;
