// Named limits of remote streams, each with its reason.

/** A frame larger than this is a broken or hostile peer; clients of Kubernetes send at most 32 KiB a frame. */
export const SPDY_FRAME_BYTES_MAX = 1 << 20;
/** Headers of a stream are a handful of short words. */
export const SPDY_HEADER_BYTES_MAX = 64 << 10;
/** Open streams of one connection: a port-forward takes two a connection, and browsers open a few dozen. */
export const SPDY_STREAMS_MAX = 2048;
/** Received and not yet read bytes of one stream before its connection stops reading (TCP then slows the peer). */
export const STREAM_BUFFER_BYTES = 256 << 10;
/** Bytes that one data frame carries; small enough that streams of one connection take turns. */
export const DATA_FRAME_BYTES = 32 << 10;
/** One WebSocket message; kubectl sends 32 KiB, browsers may send a pasted file. */
export const WEBSOCKET_MESSAGE_BYTES_MAX = 1 << 20;
/** How long a client may take to open the streams of a remote command; the figure Kubernetes uses. */
export const STREAMS_OPEN_MS_MAX = 30_000;
/** After the last byte is sent, how long the peer may take to close its side before the socket is cut. */
export const LINGER_MS_MAX = 5_000;
/** How long the other side's HTTP upgrade may take. */
export const UPGRADE_MS_MAX = 30_000;
/** A status that ends a command: one small JSON document. */
export const STATUS_BYTES_MAX = 64 << 10;
/** Terminal sizes that wait to be read. */
export const RESIZES_QUEUED_MAX = 64;
/** Data streams of a port-forward that wait for their partner. */
export const PAIRS_WAITING_MAX = 256;
