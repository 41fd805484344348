// Named limits of the DNS service.

/** How long one upstream server may take; a resolver in a pod gives up after 5 s, and a second server must still get its turn. */
export const ASK_TIMEOUT_MS = 2000;
/** Remembered answers; at about 300 bytes each, under 1 MB. */
export const CACHE_ENTRIES_MAX = 2000;
/** Longer than this an answer is not believed, so that a link that moved is noticed. */
export const CACHE_TTL_SECONDS_MAX = 30;
/** How far an ExternalName that points back into the zone is followed. */
export const ALIAS_DEPTH_MAX = 8;
