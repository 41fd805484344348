// Named limits of the link, each with its reason.

/** A heartbeat a minute, before jitter: three may be lost before anybody is told that a link is weak. */
export const HEARTBEAT_INTERVAL_MS = 60_000;
/** A heartbeat costs less than a kilobyte each way, headers aside: a site on a satellite pays by the byte. */
export const HEARTBEAT_BYTES_MAX = 1_000;
/** Life of the certificate that a site shows its hub. */
export const IDENTITY_LIFE_MS = 90 * 86_400_000;
/** From day 45 on the identity is renewed at every contact: half its life is left for a link that is away. */
export const IDENTITY_RENEW_AFTER_MS = 45 * 86_400_000;
/** One record of the journal; larger ones are cut by whoever writes them. */
export const JOURNAL_RECORD_BYTES_MAX = 16 * 1024;
/** One delivery of the journal: small enough to arrive whole over a weak link. */
export const JOURNAL_BATCH_BYTES_MAX = 256 * 1024;
/** The desired state of one site, as JSON. */
export const DESIRED_BYTES_MAX = 8 * 1024 * 1024;
