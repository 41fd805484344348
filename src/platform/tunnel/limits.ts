// The limits of tunnels.

/** Connections in one tunnel: people and programs that look at one site at the same time. */
export const TUNNEL_CONNECTIONS_MAX = 256;
/** Bytes under way of one connection, and of the tunnel: enough for a long, thick link, and bounded for each tunnel. */
export const CONNECTION_WINDOW_BYTES = 1024 * 1024;
export const TUNNEL_WINDOW_BYTES = 4 * 1024 * 1024;
/** How often a tunnel is probed, and how long the probe may take: a dead one is found within their sum. */
export const PING_EVERY_MS = 20_000;
export const PING_MS_MAX = 20_000;
/** Time that the far side has to begin an answer: it may have to ask a container runtime. */
export const ANSWER_MS_MAX = 60_000;
/** Time that a request on a connection of the tunnel has for its head, and the size of that: what the API server takes. */
export const HEAD_MS_MAX = 10_000;
export const HEADER_BYTES_MAX = 64 * 1024;
