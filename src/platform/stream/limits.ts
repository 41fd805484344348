// Named limits of remote streams, each with its reason.

export const SPDY_LIMITS = {
  /** A larger frame is a broken or hostile peer; clients of Kubernetes send at most 32 KiB a frame. */
  frameBytesMax: 1 << 20,
  /** Headers of a stream are a handful of short words. */
  headerBytesMax: 64 << 10,
  /** Open streams of one connection: a port-forward takes two a connection, and browsers open a few dozen. */
  streamsMax: 2048,
  /** Bytes that one data frame carries; small enough that streams of one connection take turns. */
  dataFrameBytes: 32 << 10,
} as const;

export const WAIT_MS_MAX = {
  /** How long a client may take to open the streams of a remote command; the figure Kubernetes uses. */
  streamsOpen: 30_000,
  /** After the last byte is sent, how long the peer may take to close its side before the socket is cut. */
  linger: 5_000,
  /** How long the other side's HTTP upgrade may take. */
  upgrade: 30_000,
  /** How long a target may take to accept a connection that is passed on; longer means that it is away. */
  connect: 10_000,
  /** How long a target may take to begin an answer: it may have to ask the container runtime. */
  answer: 60_000,
} as const;

/** Received and not yet read bytes of one stream before its connection stops reading (TCP then slows the peer). */
export const STREAM_BUFFER_BYTES = 256 << 10;
/** One WebSocket message; kubectl sends 32 KiB, browsers may send a pasted file. */
export const WEBSOCKET_MESSAGE_BYTES_MAX = 1 << 20;
/** A status that ends a command: one small JSON document. */
export const STATUS_BYTES_MAX = 64 << 10;
/** Terminal sizes that wait to be read. */
export const RESIZES_QUEUED_MAX = 64;
/** Streams of a port-forward that wait for their partner. */
export const PAIRS_WAITING_MAX = 256;
