// Named limits of a member of etcd, each with its reason.

/** Milliseconds. An election is over within a second or so on a busy machine, and a short stall brings none about. */
export const HEARTBEAT_MS = 50;
export const ELECTION_MS = 500;
/** Bytes. The store stops well below it and keeps the rest for deletes; see the store's own limit. */
export const QUOTA_BYTES = 512 * 1024 * 1024;
/** Milliseconds that a member is asked whether it answers. */
export const PROBE_MS = 1_000;
