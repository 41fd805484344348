// Named limits of the controllers, each with its reason.

/** How often a namespace on its way out is looked at while something is left in it. */
export const namespaceRecheckMs = 250;
/** Deletes under way at a time while a namespace is emptied. */
export const namespaceDeletesMax = 32;
/** New resource kinds (custom ones) are noticed at the latest after this time. */
export const discoveryRefreshMs = 30_000;
/** A node whose agent has not renewed its lease for this long is not known to be well. Source: Kubernetes concepts "Nodes". */
export const nodeGraceMs = 50_000;
/** The same for a node that has never reported. */
export const nodeStartupGraceMs = 60_000;
/** How long an owner's kind may be unknown before it is looked for again. */
export const ownerUnknownRetryMs = 30_000;
/** Ended pods that are kept; beyond it the oldest go. Source: kube-controller-manager, --terminated-pod-gc-threshold. */
export const terminatedPodsMax = 12_500;
/** How often pods that nobody will ever finish are looked for. */
export const podGarbagePeriodMs = 20_000;
/** A node must be missing for this long before its pods are given up. */
export const missingNodeQuarantineMs = 40_000;
/** Lifetime of the token in a service-account-token secret: as long as the site's own certificate authority lives. */
export const tokenSecretSeconds = 20 * 365 * 86_400;
/** How often the published authorities of the API server are compared with those in force: while they are replaced both are
 * trusted for minutes at least, so pods have the new one in time. */
export const rootCaResyncMs = 60_000;
