// The limits of requests, each with its reason.

/** Body of a request. Kubernetes takes the same: objects of etcd's 1.5 MiB, doubled for patches of them. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
/** How deep arrays and objects stand in each other; schemas of custom resources, the deepest of objects, stay below 100. */
export const NESTING_MAX = 500;
/** A body of YAML that is not JSON: people write such, and its parser takes a second for this much. */
export const YAML_BYTES_MAX = 1024 * 1024;
/** Aliases in a body of YAML; each costs a walk through the document. */
export const YAML_ALIASES_MAX = 200;
/** Warnings in one answer: as much as clients take in headers. Source: Kubernetes API concepts, "Warnings". */
export const WARNING_CHARACTERS_MAX = 256;
export const WARNINGS_CHARACTERS_MAX = 4 * 1024;
/** Answers above this are compressed for clients that accept it; below, compression costs more than it saves. */
export const GZIP_BYTES_MIN = 128 * 1024;
/** How long it is remembered who a connection or a token is; the longest that a revocation can take. */
export const IDENTITY_MS = 2_000;
/** How often connections are looked at whose certificate may have ended under a long answer (a watch, a command). */
export const REFUSED_SWEEP_MS = 30_000;
/** Tokens remembered at once; when more come, all are looked up again. */
export const TOKENS_REMEMBERED_MAX = 4_096;
