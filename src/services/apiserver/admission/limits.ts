// The limits of admission, each with its reason.

/** How often, and how long apart, a service account is looked for before a pod of a new namespace is refused. */
export const SERVICE_ACCOUNT_LOOKS_MAX = 10;
export const SERVICE_ACCOUNT_LOOK_EVERY_MS = 100;
