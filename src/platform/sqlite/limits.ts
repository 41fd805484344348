// The named limits of the SQLite log, each with its reason.

/** The write-ahead log is copied into the database once this much was appended; bounds its size and the next start. */
export const CHECKPOINT_BYTES = 4 * 1024 * 1024;

/** The ballast: room for deletes, a whole write-ahead log and compaction on a disk that is full. */
export const RESERVED_BYTES = 16 * 1024 * 1024;

/** How often a full disk is looked at for room. */
export const ROOM_PROBE_MS = 500;

/** Bytes of rows in one message when the log is read. */
export const READ_CHUNK_BYTES = 1024 * 1024;

/** Free pages given back to the file system after one drop, so that no commit waits long for it. */
export const VACUUM_PAGES = 256;

/** Rows of a table in one message: one message of a large table must not hold the process up. */
export const READ_ROWS_MAX = 2_000;
