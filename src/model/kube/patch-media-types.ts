// The languages of patches by their media types, as the Kubernetes API names them.
// Source: Kubernetes API concepts, "Patching resources"; RFC 6902, RFC 7386.

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** In the order in which the API lists them. */
export const PATCH_MEDIA_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const satisfies Readonly<Record<PatchType, string>>;
