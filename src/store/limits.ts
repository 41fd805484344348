// The named limits of the store, each with its reason.

/** Watch history kept in memory: a watcher that was away for less than this many changes resumes without a list. */
export const HISTORY_EVENTS = 20_000;

/** Bytes that superseded states may take in memory; beyond it the oldest history goes. */
export const HISTORY_BYTES = 32 * 1024 * 1024;

/** Operations in one commit; etcd's default `max-txn-ops`. */
export const BATCH_OPS_MAX = 128;

/** Bytes in one commit; stays under etcd's default request limit of 1.5 MiB. */
export const BATCH_BYTES_MAX = 1_000_000;

/** One object; the same for all drivers, so that a log can move from one to another. */
export const RECORD_BYTES_MAX = 1_500_000;

/** Writes decided and not durable yet; beyond it the caller is told to come again, so memory stays bounded. */
export const PENDING_WRITES_MAX = 20_000;

/** Dead records are dropped from the log once they take this much, and half of what is alive. */
export const DEAD_BYTES_MIN = 4 * 1024 * 1024;

/** Records dropped in one transaction, so that a commit never waits long for it. */
export const DROP_OPS_MAX = 128;

/** Records sealed anew in one transaction: writes go on between two of them. Each is compared too, beside the guards. */
export const RESEAL_OPS_MAX = 100;

/** Records that may be left to copy when writes begin to wait for the exchange of logs: one commit or two. */
export const CUT_OVER_RECORDS = 128;

/** How often what was written meanwhile is copied before writes wait, whatever is left: who writes faster than is copied waits. */
export const FOLLOW_ROUNDS_MAX = 50;

/** Keys in one block of the index: small enough to shift, large enough to keep blocks few. */
export const INDEX_BLOCK_KEYS_MAX = 512;

/** A restore moves the revision this far ahead, past everything clients of the lost store can have seen. */
export const RESTORE_REVISION_JUMP = 10_000_000;

/** Waiting between tries to reload or to follow the log. */
export const RELOAD_BACKOFF = { firstMs: 20, maxMs: 2_000, factor: 2 };

/** Bytes in use in etcd from which on puts are refused; three quarters of the 512 MiB quota that its members are given. */
export const ETCD_QUOTA_BYTES = 384 * 1024 * 1024;

/** Bytes written between two looks at how much room etcd has. */
export const ETCD_MEASURE_BYTES = 8 * 1024 * 1024;

/** How often a full etcd is looked at for room. */
export const ETCD_PROBE_MS = 1_000;
