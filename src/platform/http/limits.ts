// The limits of the HTTPS server.

/** Header block a request may have; a bearer token with many groups stays far below. */
export const HEADER_BYTES_MAX = 64 * 1024;
/** Streams a client may have open on one HTTP/2 connection; what client libraries of Kubernetes expect. */
export const HTTP2_STREAMS_MAX = 250;
/** Time a client has to finish its TLS handshake. */
export const HANDSHAKE_MS_MAX = 10_000;
/** How often connections are looked at whose request does not come to the end of its head in that time. */
export const SLOW_CHECK_MS = 5_000;
/** Idle time after which a kept-alive HTTP/1.1 connection is closed; longer than clients keep theirs (90 s in Go). */
export const KEEP_ALIVE_MS = 120_000;
/** Time that open requests get to end when a server closes. */
export const DRAIN_MS = 2_000;
/** Window of an HTTP/2 stream in both directions: a large list must not wait for window updates. */
export const HTTP2_WINDOW_BYTES = 4 * 1024 * 1024;
/** What is read, and for how long, of a body that is refused, so that its sender gets the answer: an image layer of common size. */
export const DISCARD_BYTES_MAX = 64 * 1024 * 1024;
export const DISCARD_MS = 5_000;
