// Named limits of the replacement of authorities, each with its reason.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How long a new authority is announced before it signs: pods read theirs again every minute or two. */
export const ANNOUNCE_MS = 5 * MINUTE_MS;
/** The least of it, for those in a hurry: our own processes look at least every few seconds. */
export const ANNOUNCE_LEAST_MS = 15_000;
/** How long the old one stays trusted at least, for what people hold. */
export const RETIRE_MS = 30 * DAY_MS;
/** The longest that a token of a service account lives that is not bound to a secret: the API server gives out no longer ones. */
export const ACCOUNT_TOKEN_LIFE_MS_MAX = 365 * DAY_MS;

/** How often it is written down how long a site has run: a restart costs a retirement no more than this. */
export const RAN_TOLD_MS = 6 * 3_600_000;
