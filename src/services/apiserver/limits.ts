// The limits of the API server, each with its reason.

/** Body of a request. Kubernetes takes the same: objects of etcd's 1.5 MiB, doubled for patches of them. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
/** Answers above this are compressed for clients that accept it; below, compression costs more than it saves. */
export const GZIP_BYTES_MIN = 128 * 1024;
/** Bytes a watcher may leave unread before it is cut off; it lists again and costs less than the memory would. */
export const WATCH_PENDING_BYTES_MAX = 16 * 1024 * 1024;
/** How often a watcher that allows it is told the newest resourceVersion. */
export const BOOKMARK_EVERY_MS = 60_000;
/** Longest life of a watch without timeoutSeconds; ends at a random moment between this and its double. */
export const WATCH_MS_DEFAULT = 30 * 60_000;
/** How often a patch without a resourceVersion is tried again when the object changes under it. */
export const PATCH_ATTEMPTS_MAX = 12;
/** Names tried for one generateName. */
export const GENERATE_NAME_ATTEMPTS_MAX = 8;
/** Bodies of answers that clients like kubectl get from node agents and pods may be this slow to begin. */
export const PROXY_ANSWER_MS_MAX = 60_000;
/** How long a list waits for a revision that is not committed yet. */
export const FUTURE_REVISION_WAIT_MS = 3_000;
/** Deletions of one deletecollection that are under way together. */
export const DELETE_COLLECTION_WIDTH = 32;
/** How long it is remembered who a connection or a token is; the longest that a revocation can take. */
export const IDENTITY_MS = 2_000;
/** Tokens remembered at once; when more come, all are looked up again. */
export const TOKENS_REMEMBERED_MAX = 4_096;
