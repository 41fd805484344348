// The limits of asking other servers.

/** Time that a server behind a forwarded request gets to begin its answer. */
export const FORWARD_ANSWER_MS_MAX = 60_000;
/** Time that making a connection may take. */
export const CONNECT_MS_MAX = 10_000;
/** Time in which an answer that is no stream must be there, whole. */
export const ANSWER_MS_MAX = 60_000;
/** How often a quiet connection is probed, and how long the probe may take: a dead peer is found within their sum. */
export const PING_EVERY_MS = 15_000;
export const PING_MS_MAX = 10_000;
