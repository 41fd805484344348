// The limits of signed tokens, each with its reason.

/** Tokens whose signature is remembered as good; the oldest is forgotten first. One for each client that is active. */
export const TOKENS_VERIFIED_MAX = 8192;
/** A longer token is refused unread; ours are below 2 KiB. */
export const TOKEN_BYTES_MAX = 16 * 1024;
