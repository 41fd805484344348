// The limits of answers that go on, each with its reason.

/** Bytes a watcher may leave unread before it is cut off; it lists again and costs less than the memory would. */
export const WATCH_PENDING_BYTES_MAX = 16 * 1024 * 1024;
/** How often a watcher that allows it is told the newest resourceVersion. */
export const BOOKMARK_EVERY_MS = 60_000;
/** Longest life of a watch without timeoutSeconds; ends at a random moment between this and its double. */
export const WATCH_MS_DEFAULT = 30 * 60_000;
