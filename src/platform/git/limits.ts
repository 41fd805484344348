// The limits of reading repositories.

/** Everything that one fetch may bring: manifests are small, and a whole history is not asked for. */
export const FETCH_BYTES_MAX = 64 * 1024 * 1024;
/** Time between two pieces of a server's answer. */
export const FETCH_SILENCE_MS_MAX = 30_000;
/** Depth of folders that are looked into. */
export const DEPTH_MAX = 16;
/** Files of packs that a copy may have: two a change. */
export const COPY_PACK_FILES_MAX = 64;
