// The limits of requests, each with its reason.

/** Body of a request. Kubernetes takes the same: objects of etcd's 1.5 MiB, doubled for patches of them. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
/** Answers above this are compressed for clients that accept it; below, compression costs more than it saves. */
export const GZIP_BYTES_MIN = 128 * 1024;
/** How long it is remembered who a connection or a token is; the longest that a revocation can take. */
export const IDENTITY_MS = 2_000;
/** Tokens remembered at once; when more come, all are looked up again. */
export const TOKENS_REMEMBERED_MAX = 4_096;
