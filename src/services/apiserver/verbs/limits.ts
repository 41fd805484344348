// The limits of the verbs, each with its reason.

/** How often a patch without a resourceVersion is tried again when the object changes under it. */
export const PATCH_ATTEMPTS_MAX = 12;
/** Names tried for one generateName. */
export const GENERATE_NAME_ATTEMPTS_MAX = 8;
/** How long a list waits for a revision that is not committed yet. */
export const FUTURE_REVISION_WAIT_MS = 3_000;
/** Deletions of one deletecollection that are under way together. */
export const DELETE_COLLECTION_WIDTH = 32;
