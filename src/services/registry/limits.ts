// Named limits of the registry.

/** A manifest is a small JSON document; the distribution-spec asks registries to take at least 4 MiB. */
export const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
/** How long another registry may take to answer: a pull of what is nowhere must fail while somebody watches. */
export const OUTSIDE_TIMEOUT_MS = 5000;
/** After a failure another registry is not asked again for this long, so that pulls without a link are not slow. */
export const OUTSIDE_REST_MS = 15_000;
/** Tokens of other registries are small. */
export const TOKEN_BYTES_MAX = 64 * 1024;
/** Names told at once by the lists of tags and repositories. */
export const LIST_MAX = 1000;
/** Blobs that nothing refers to and uploads that nobody goes on with are kept this long. */
export const SWEEP_AGE_MS = 24 * 3600 * 1000;
/** JSON files inside an archive (manifest.json, index.json). */
export const ARCHIVE_JSON_BYTES_MAX = 8 * 1024 * 1024;
/** How deep indexes may stand in indexes. */
export const INDEX_DEPTH_MAX = 4;
/** Bytes given to a connection that it has not taken yet. */
export const SEND_PENDING_BYTES_MAX = 1024 * 1024;
