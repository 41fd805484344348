// The limits of connections that are dialled out.

/** Window of a stream and of the connection: the desired state of a site is 8 MiB at most, and a tunnel carries logs and copies. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;
export const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;
/** Certificates that a server shows and that are looked at. */
export const CHAIN_LENGTH_MAX = 6;
