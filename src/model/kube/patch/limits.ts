// The bounds of what a patch may ask for; each with its reason.

/** Operations of one JSON patch. Each may copy a part of the object; the Kubernetes API allows as many. */
export const JSON_PATCH_OPERATIONS_MAX = 10_000;

/** Bytes (characters of JSON) that the `copy` operations of one patch may add, so that a small patch cannot double an object again and again. */
export const JSON_PATCH_COPY_BYTES_MAX = 3 * 1024 * 1024;

/** Nesting of a patch or object; deeper ones would overflow the stack of a recursive walk. */
export const DEPTH_MAX = 200;

/** Entries of operation Update that managedFields keeps; the oldest are merged into one, so that many managers do not bloat an object. */
export const UPDATE_MANAGERS_MAX = 10;

/** Characters of a field manager's name. Source: Kubernetes API, meta/v1 PatchOptions.fieldManager. */
export const MANAGER_NAME_MAX = 128;

/** Characters of all annotations of an object, as the Kubernetes API allows; beyond it last-applied-configuration is left as it was. */
export const ANNOTATIONS_MAX = 256 * 1024;
