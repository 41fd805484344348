// Named limits of a member of etcd, each with its reason.

/** Milliseconds. An election is over within a second or so on a busy machine, and a short stall brings none about. */
export const HEARTBEAT_MS = 50;
export const ELECTION_MS = 500;
/** Bytes. The store stops well below it and keeps the rest for deletes; see the store's own limit. */
export const QUOTA_BYTES = 512 * 1024 * 1024;
/** Milliseconds that a member is asked whether it answers. */
export const PROBE_MS = 1_000;
/** Entries of the log that a member may be behind and count as caught up: looks at three members are not made at one instant, and a busy
 * site writes a few hundred entries meanwhile. */
export const APPLIED_LAG_MAX = 1_000;
/** Milliseconds between two looks at whom members trust. */
export const TRUST_LOOK_MS = 1_000;
/** Milliseconds for which one voter alone may restart its member: a dead one keeps the others waiting no longer. */
export const RESTART_TURN_MS = 60_000;
/** Milliseconds of a call while doing so. */
export const ANSWER_MS = 2_000;
/** Milliseconds until a member that etcd did not let go is asked for again. */
export const REMOVE_RETRY_MS = 250;
