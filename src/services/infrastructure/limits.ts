// Named limits of the infrastructure service, each with its reason.

/** How often the certificates are looked at. A short one has 30 days left when it is due, so an hour loses nothing; a clock
 * that jumped is noticed within it. */
export const CERTIFICATE_CHECK_MS = 3_600_000;
