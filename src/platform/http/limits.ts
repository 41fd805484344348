// The limits of the HTTP room.

/** Header block a request may have; a bearer token with many groups stays far below. */
export const HEADER_BYTES_MAX = 64 * 1024;
/** Streams a client may have open on one HTTP/2 connection; what client libraries of Kubernetes expect. */
export const HTTP2_STREAMS_MAX = 250;
/** Time a client has to finish its TLS handshake. */
export const HANDSHAKE_MS_MAX = 10_000;
/** Idle time after which a kept-alive HTTP/1.1 connection is closed; longer than clients keep theirs (90 s in Go). */
export const KEEP_ALIVE_MS = 120_000;
/** Time that open requests get to end when a server closes. */
export const DRAIN_MS = 2_000;
/** Window of an HTTP/2 stream in both directions: a large list must not wait for window updates. */
export const HTTP2_WINDOW_BYTES = 4 * 1024 * 1024;
/** Time that a server behind a forwarded request gets to begin its answer. */
export const FORWARD_ANSWER_MS_MAX = 60_000;
/** Time that making a connection may take. */
export const CONNECT_MS_MAX = 10_000;
/** Time in which an answer that is no stream must be there, whole. */
export const ANSWER_MS_MAX = 60_000;
/** How often a quiet connection is probed, and how long the probe may take: a dead peer is found within their sum. */
export const PING_EVERY_MS = 15_000;
export const PING_MS_MAX = 10_000;
