// The named limits of this room, each with its reason.

/** What of an answer's body is kept for the message of a failed probe. */
export const BODY_BYTES_MAX = 10 * 1024;
/** Redirects that an HTTP probe follows on one host; the figure Kubernetes uses. */
export const REDIRECTS_MAX = 10;
