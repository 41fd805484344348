// The named limits of this room, each with its reason.

/** One read of a log file: large enough to be quick, small enough to hold many. */
export const READ_BYTES = 128 * 1024;
/** A follower looks again at least this often: file watching can miss what happens on some file systems. */
export const FOLLOW_POLL_MS = 500;
/** The longest line a runtime writes is 16 KiB; a file without a line end for longer is not one of its logs. */
export const LINE_BYTES_MAX = 1024 * 1024;
